package dev.stepweir.breaker;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads of the stored breakers. */
public final class BreakerReads {

    private static final Logger LOG = LoggerFactory.getLogger(BreakerReads.class);

    private BreakerReads() {}

    /** Every breaker that has something to remember, by dependency; the others are closed. */
    public static CompletableFuture<Map<String, Breaker>> all(Redis redis, Keys keys) {
        return redis.commands()
                .hgetall(Bytes.of(keys.in(0).breakers()))
                .toCompletableFuture()
                .thenApply(stored -> {
                    Map<String, Breaker> breakers = new TreeMap<>();
                    stored.forEach((key, json) -> {
                        String dependency = Bytes.text(key);
                        try {
                            breakers.put(dependency, Breaker.parse(dependency, json));
                        } catch (RuntimeException garbled) {
                            LOG.warn("breaker {} cannot be read and counts as closed", dependency);
                        }
                    });
                    return breakers;
                });
    }
}
