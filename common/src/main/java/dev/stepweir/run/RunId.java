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

    /** Characters of an id. */
    public static final int LENGTH = 36;

    private static final TimeBasedEpochGenerator GENERATOR = Generators.timeBasedEpochGenerator();

    public RunId {
        if (!isWellFormed(text)) {
            throw new IllegalArgumentException(
                    "a run id is a lower-case UUID of version 7, found '" + text + "'");
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

    // By hand, since UUID.fromString accepts much that is no UUID and costs more than the rest of a
    // turn's bookkeeping for a step.
    private static boolean isWellFormed(String text) {
        if (text.length() != LENGTH || text.charAt(14) != '7') {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            boolean hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
            if (dash ? c != '-' : !hex) {
                return false;
            }
        }
        return true;
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
