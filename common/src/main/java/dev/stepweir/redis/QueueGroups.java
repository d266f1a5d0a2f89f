package dev.stepweir.redis;

import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/**
 * The consumer group of each queue. It is created at the end of its stream: entries that a lost
 * group forgot are never delivered again but published anew by the reconciler, so whoever publishes
 * the first step of a workflow sees to its groups before.
 */
public final class QueueGroups {

    private QueueGroups() {}

    /** Creates the groups that are missing in one partition; one that exists is left alone. */
    public static CompletableFuture<Void> create(
            Redis redis, Keys keys, Collection<String> queues) {
        CompletableFuture<?>[] created =
                queues.stream()
                        .map(queue -> create(redis, keys.queue(queue)))
                        .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(created);
    }

    private static CompletableFuture<?> create(Redis redis, String stream) {
        return redis.commands()
                .xgroupCreate(
                        StreamOffset.latest(Bytes.of(stream)),
                        Bytes.of(Keys.WORKER_GROUP),
                        XGroupCreateArgs.Builder.mkstream())
                .toCompletableFuture()
                .exceptionallyCompose(failure ->
                        String.valueOf(failure.getMessage()).contains("BUSYGROUP")
                                ? CompletableFuture.completedFuture("OK")
                                : CompletableFuture.failedFuture(failure));
    }
}
