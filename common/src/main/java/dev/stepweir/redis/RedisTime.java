package dev.stepweir.redis;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The clock that everybody shares: that of Redis, in milliseconds since 1970. */
public final class RedisTime {

    private RedisTime() {}

    /** The time now; waits for it. */
    public static long millis(Redis redis) {
        return RedisFutures.join(millisAsync(redis));
    }

    /** As {@link #millis}, without waiting. */
    public static CompletableFuture<Long> millisAsync(Redis redis) {
        return redis.commands().time().toCompletableFuture().thenApply(RedisTime::millis);
    }

    private static long millis(List<byte[]> time) {
        long seconds = Long.parseLong(Bytes.text(time.get(0)));
        long micros = Long.parseLong(Bytes.text(time.get(1)));
        return seconds * 1000 + micros / 1000;
    }
}
