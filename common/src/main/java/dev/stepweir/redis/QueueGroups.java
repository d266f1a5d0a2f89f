package dev.stepweir.redis;

import dev.stepweir.redis.script.CreateGroup;
import dev.stepweir.redis.script.ListQueue;
import dev.stepweir.run.StepAddress;
import dev.stepweir.workflow.QueueName;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The consumer group of each queue. It is created at the end of its stream: entries that a lost
 * group forgot are never delivered again but published anew by the reconciler, so whoever publishes
 * the first step of a workflow sees to its groups before. What was seen once is remembered.
 * Thread-safe.
 */
public final class QueueGroups {

    private final Redis redis;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    public QueueGroups(Redis redis) {
        this.redis = redis;
    }

    /**
     * Creates the groups that are missing, as far as is known here, in one round trip.
     *
     * @throws RedisException when Redis is out of reach, or a queue's key holds what is no stream
     */
    public void ensure(Keys keys, Collection<String> queues) {
        Set<String> missing =
                queues.stream()
                        .map(keys::queue)
                        .filter(key -> !known.contains(key))
                        .collect(Collectors.toSet());
        Map<String, CompletableFuture<?>> created = new HashMap<>();
        missing.forEach(key -> created.put(key, create(redis, key)));
        created.forEach((key, reply) -> {
            joined(key, reply);
            known.add(key);
        });
    }

    /** Redis does not say which key it speaks of. */
    private static void joined(String key, CompletableFuture<?> reply) {
        try {
            RedisFutures.join(reply);
        } catch (RedisException failure) {
            throw Redis.concernsWhatWasAsked(failure)
                    ? new RedisCommandExecutionException(key + ": " + failure.getMessage(), failure)
                    : failure;
        }
    }

    /** As {@link #ensure}; a queue for suspects is also listed, since no run starts with one. */
    public void ensure(Keys keys, StepAddress step) {
        ensure(keys, List.of(step.queue()));
        if (QueueName.isSolo(step.queue())) {
            var unused = new ListQueue(keys, step.queue()).runAsync(redis.scripts());
        }
    }

    /** Forgets what was seen of a queue: it or its group turned out to be gone. */
    public void forget(Keys keys, String queue) {
        known.remove(keys.queue(queue));
    }

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
        return new CreateGroup(stream, Keys.WORKER_GROUP, CreateGroup.FROM_THE_END)
                .runAsync(redis.scripts());
    }

    /** Whether a stream or its group is not there (any more). */
    public static boolean isNoGroup(RedisException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.contains("NOGROUP") || message.startsWith("UNBLOCKED");
    }
}
