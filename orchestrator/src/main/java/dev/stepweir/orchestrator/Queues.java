package dev.stepweir.orchestrator;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.StepAddress;
import dev.stepweir.workflow.QueueName;
import io.lettuce.core.RedisBusyException;
import io.lettuce.core.RedisException;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Sees to it that a queue has its group of workers before anything is published to it: an entry
 * older than its group would not be delivered. What was seen once is remembered. Thread-safe.
 */
final class Queues {

    private final Redis redis;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    Queues(Redis redis) {
        this.redis = redis;
    }

    /** Creates the missing groups of the named queues, at their ends, in one round trip. */
    void ensure(Keys keys, Collection<String> names) {
        Set<String> missing =
                names.stream()
                        .map(keys::queue)
                        .filter(key -> !known.contains(key))
                        .collect(Collectors.toSet());
        Map<String, CompletableFuture<Void>> created = new HashMap<>();
        for (String key : missing) {
            created.put(key, create(redis, key, Keys.WORKER_GROUP, "$"));
        }
        created.forEach((key, reply) -> {
            RedisFutures.join(reply);
            known.add(key);
        });
    }

    /**
     * Publishing to a queue for suspects needs its group, and its name where others look for it.
     */
    void ensure(Keys keys, StepAddress step) {
        ensure(keys, List.of(step.queue()));
        if (QueueName.isSolo(step.queue())) {
            var unused = redis.commands().sadd(Bytes.of(keys.queues()), Bytes.of(step.queue()));
        }
    }

    /** Forgets what was seen of a queue: it or its group turned out to be gone. */
    void forget(Keys keys, String name) {
        known.remove(keys.queue(name));
    }

    /** Creates a stream's group unless it has it. */
    static CompletableFuture<Void> create(Redis redis, String stream, String group, String from) {
        return redis.commands()
                .xgroupCreate(
                        StreamOffset.from(Bytes.of(stream), from),
                        Bytes.of(group),
                        XGroupCreateArgs.Builder.mkstream())
                .toCompletableFuture()
                .handle((created, failure) -> {
                    if (failure != null && !isBusyGroup(failure)) {
                        throw RedisFutures.asRedisException(failure);
                    }
                    return null;
                });
    }

    private static boolean isBusyGroup(Throwable failure) {
        RedisException known = RedisFutures.asRedisException(failure);
        return known instanceof RedisBusyException
                || String.valueOf(known.getMessage()).startsWith("BUSYGROUP");
    }

    /** Whether a stream or its group is not there (any more). */
    static boolean isNoGroup(RedisException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.startsWith("NOGROUP") || message.startsWith("UNBLOCKED");
    }
}
