package dev.stepweir.reaper;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * The names of one partition's queues: those listed now and those seen before, since the list can
 * be lost while the queues are not. Thread-safe.
 */
final class KnownQueues {

    private final Redis redis;
    private final byte[] key;
    private final Set<String> seen = new ConcurrentSkipListSet<>();

    KnownQueues(Redis redis, Keys keys) {
        this.redis = redis;
        this.key = Bytes.of(keys.queues());
    }

    /** The names in alphabetical order. */
    Set<String> names() {
        for (byte[] name : RedisFutures.join(redis.commands().smembers(key))) {
            seen.add(Bytes.text(name));
        }
        return seen;
    }
}
