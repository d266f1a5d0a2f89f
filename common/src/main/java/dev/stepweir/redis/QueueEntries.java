package dev.stepweir.redis;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Which entries of queues are held or still to be delivered, as far as one cheap look can tell.
 * Thread-safe.
 */
public final class QueueEntries {

    private final Redis redis;

    /** The id of a stream entry: its order is that of the stream. */
    public record Position(long millis, long sequence) {

        static Position parse(String id) {
            int dash = id.indexOf('-');
            return new Position(
                    Long.parseUnsignedLong(id, 0, dash, 10),
                    Long.parseUnsignedLong(id, dash + 1, id.length(), 10));
        }

        boolean isBefore(String id) {
            Position other = parse(id);
            int byMillis = Long.compareUnsigned(millis, other.millis);
            return byMillis < 0
                    || (byMillis == 0 && Long.compareUnsigned(sequence, other.sequence) < 0);
        }
    }

    public QueueEntries(Redis redis) {
        this.redis = redis;
    }

    /** The last delivered entry of each queue that has the workers' group. */
    public Map<String, Position> lastDelivered(Keys keys, Collection<String> queues) {
        Map<String, CompletableFuture<List<Object>>> replies = new LinkedHashMap<>();
        for (String queue : queues) {
            replies.put(
                    queue,
                    redis.commands()
                            .xinfoGroups(Bytes.of(keys.queue(queue)))
                            .toCompletableFuture());
        }
        Map<String, Position> positions = new HashMap<>();
        replies.forEach((queue, reply) -> find(reply).ifPresent(p -> positions.put(queue, p)));
        return positions;
    }

    private static Optional<Position> find(CompletableFuture<List<Object>> reply) {
        List<Object> groups;
        try {
            groups = RedisFutures.join(reply);
        } catch (RedisCommandExecutionException failure) {
            // "no such key", or a key of another type: the script will say what there is to say.
            if (Redis.isPassing(failure)) {
                throw failure;
            }
            return Optional.empty();
        }
        return InfoReply.items(groups).stream()
                .filter(group -> Keys.WORKER_GROUP.equals(group.get("name")))
                .map(group -> Position.parse(group.getOrDefault("last-delivered-id", "0-0")))
                .findFirst();
    }

    /**
     * Whether an entry is pending or still ahead.
     *
     * @param lastDelivered of its queue, as read before
     */
    public CompletableFuture<Boolean> isThere(
            Keys keys, String queue, String entryId, Position lastDelivered) {
        byte[] key = Bytes.of(keys.queue(queue));
        Range<String> entry = Range.create(entryId, entryId);
        if (lastDelivered.isBefore(entryId)) {
            return redis.commands()
                    .xrange(key, entry, Limit.from(1))
                    .toCompletableFuture()
                    .thenApply(found -> !found.isEmpty());
        }
        return redis.commands()
                .xpending(key, Bytes.of(Keys.WORKER_GROUP), entry, Limit.from(1))
                .toCompletableFuture()
                .thenApply(found -> !found.isEmpty())
                .exceptionally(failure -> {
                    if (QueueGroups.isNoGroup(RedisFutures.asRedisException(failure))) {
                        return false;
                    }
                    throw RedisFutures.asRedisException(failure);
                });
    }

    /**
     * Removes an entry that is not its step's current dispatch: dispatches only go forward, so it
     * can never become current again. Deletes first: who dies in between leaves something that
     * reapers find.
     */
    public void drop(Keys keys, String queue, String entryId) {
        RedisFutures.join(dropAsync(keys, queue, entryId));
    }

    /** As {@link #drop}, without waiting for it. */
    public CompletableFuture<Void> dropAsync(Keys keys, String queue, String entryId) {
        byte[] stream = Bytes.of(keys.queue(queue));
        CompletableFuture<Long> deleted =
                redis.commands().xdel(stream, entryId).toCompletableFuture();
        CompletableFuture<Long> acknowledged =
                redis.commands()
                        .xack(stream, Bytes.of(Keys.WORKER_GROUP), entryId)
                        .toCompletableFuture();
        return CompletableFuture.allOf(deleted, acknowledged);
    }
}
