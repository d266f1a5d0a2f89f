package dev.stepweir.orchestrator;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import io.lettuce.core.RedisException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** How far the workers' group of each queue has read. Thread-safe. */
final class QueuePositions {

    private final Redis redis;

    /** The id of a stream entry: its order is that of the stream. */
    record Position(long millis, long sequence) {

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

    QueuePositions(Redis redis) {
        this.redis = redis;
    }

    /** The last delivered entry of each queue that has the group. */
    Map<String, Position> lastDelivered(Keys keys, Collection<String> queues) {
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
        } catch (RedisException failure) {
            // "no such key", or a key of another type: the script will say what there is to say.
            Refusals.orThrow(failure);
            return Optional.empty();
        }
        return InfoReply.items(groups).stream()
                .filter(group -> Keys.WORKER_GROUP.equals(group.get("name")))
                .map(group -> Position.parse(group.getOrDefault("last-delivered-id", "0-0")))
                .findFirst();
    }
}
