package dev.stepweir.client;

import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What Redis writes to disk, asked once a minute. */
final class ServerDurability {

    private final Remembered<Durability> durability;

    ServerDurability(Redis redis) {
        this.durability = new Remembered<>(Duration.ofMinutes(1), () -> read(redis));
    }

    CompletableFuture<Durability> get() {
        return durability.get().exceptionally(away -> Durability.UNKNOWN);
    }

    /**
     * Many servers forbid CONFIG: then nobody knows, and that is what the caller is told. Whether
     * they do is asked again after a failure that passes.
     */
    private static CompletableFuture<Durability> read(Redis redis) {
        return redis.commands()
                .configGet("append*")
                .toCompletableFuture()
                .thenApply(ServerDurability::of)
                .exceptionallyCompose(failure ->
                        Redis.isPassing(RedisFutures.asRedisException(failure))
                                ? CompletableFuture.failedFuture(failure)
                                : CompletableFuture.completedFuture(Durability.UNKNOWN));
    }

    private static Durability of(Map<String, String> settings) {
        if (!"yes".equals(settings.get("appendonly"))) {
            return settings.containsKey("appendonly") ? Durability.NONE : Durability.UNKNOWN;
        }
        return switch (settings.getOrDefault("appendfsync", "")) {
            case "always" -> Durability.AOF_ALWAYS;
            case "everysec" -> Durability.AOF_EVERYSEC;
            // The system writes when it likes, half a minute later as a rule.
            default -> Durability.NONE;
        };
    }
}
