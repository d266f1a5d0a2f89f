package dev.stepweir.run;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.util.UUID;

/**
 * The id of a run: a UUID of version 7 whose twelve bits after the version name the partition, so
 * that {@code 0198c2b5-7c1e-7003-...} lives in partition 3. The number of partitions can grow
 * without moving a run. Ids made in one process sort by time of submission.
 */
public record RunId(String text) implements Comparable<RunId> {

    /** Partitions are numbered from 0 to one less than this. */
    public static final int MAX_PARTITIONS = 4096;

    private static final TimeBasedEpochGenerator GENERATOR = Generators.timeBasedEpochGenerator();

    public RunId {
        UUID uuid = parse(text);
        if (uuid.version() != 7 || !uuid.toString().equals(text)) {
            throw new IllegalArgumentException(malformed(text));
        }
    }

    /** A new id in the given partition. */
    public static RunId create(int partition) {
        if (partition < 0 || partition >= MAX_PARTITIONS) {
            throw new IllegalArgumentException("partition must be in 0..4095, found " + partition);
        }
        UUID uuid = GENERATOR.generate();
        long high = (uuid.getMostSignificantBits() & ~0xFFFL) | partition;
        return new RunId(new UUID(high, uuid.getLeastSignificantBits()).toString());
    }

    public int partition() {
        return Integer.parseInt(text, 15, 18, 16);
    }

    private static UUID parse(String text) {
        if (text.length() != 36) {
            throw new IllegalArgumentException(malformed(text));
        }
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(malformed(text), e);
        }
    }

    private static String malformed(String text) {
        return "a run id is a lower-case UUID of version 7, found '" + text + "'";
    }

    @Override
    public int compareTo(RunId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
