package dev.stepweir.redis;

import dev.stepweir.run.RunId;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A tenant and how many partitions its runs are spread over. The count is fixed when the namespace
 * is first used: a run that is found by its key must be looked for where it was put.
 *
 * @param name restricted as {@link Keys} says
 * @param partitions at least 1
 */
public record Namespace(String name, int partitions) {

    /** What a new namespace gets: measured best on two cores, see docs/performance.md. */
    public static final int DEFAULT_PARTITIONS = 2;

    /** The namespace of those who name none. */
    public static final String DEFAULT_NAME = "default";

    public Namespace {
        if (partitions < 1 || partitions > RunId.MAX_PARTITIONS) {
            throw new IllegalArgumentException(
                    "partitions must be in 1..4096, found " + partitions);
        }
    }

    /** Opens a namespace; the first to do so fixes its number of partitions. */
    public static Namespace open(Redis redis, String name, int partitionsIfNew) {
        byte[] key = Bytes.of(new Keys(name, 0).namespaceRecord());
        byte[] field = Bytes.of("partitions");
        return redis.retrying(() -> {
            // A read comes first, for a full Redis still answers reads.
            byte @Nullable [] stored = RedisFutures.join(redis.commands().hget(key, field));
            if (stored == null) {
                RedisFutures.join(redis.commands().hsetnx(key, field, Bytes.of(partitionsIfNew)));
                stored = RedisFutures.join(redis.commands().hget(key, field));
            }
            return new Namespace(name, Integer.parseInt(Bytes.text(stored)));
        });
    }

    public static Namespace open(Redis redis, String name) {
        return open(redis, name, DEFAULT_PARTITIONS);
    }

    public Keys keys(int partition) {
        return new Keys(name, partition);
    }

    public Keys keys(RunId run) {
        return new Keys(name, run.partition());
    }

    /** The keys of each partition. */
    public List<Keys> all() {
        return IntStream.range(0, partitions).mapToObj(this::keys).toList();
    }

    /** An id for a new run where a caller's key is always looked for. */
    public RunId newRunId(String callerKey) {
        return RunId.create(partitionOf(callerKey));
    }

    /** The partition of what is found by a key: the same as long as the namespace exists. */
    public int partitionOf(String key) {
        CRC32C hash = new CRC32C();
        hash.update(Bytes.of(key));
        return (int) (hash.getValue() % partitions);
    }

    /** An id for a new run, in any partition. */
    public RunId newRunId() {
        return RunId.create(ThreadLocalRandom.current().nextInt(partitions));
    }
}
