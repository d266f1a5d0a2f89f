package dev.stepweir.orchestrator;

import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import io.lettuce.core.RedisException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what is wrong with one run from what is wrong with Redis: the first must not keep other
 * runs waiting, the second is waited for.
 */
final class Refusals {

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    private Refusals() {}

    /**
     * The failure, if it concerns only what was asked: stored data of the wrong shape.
     *
     * @throws RedisException the failure, if time may heal it
     */
    static RedisException orThrow(Throwable failure) {
        RedisException refusal = RedisFutures.asRedisException(failure);
        if (!Redis.concernsWhatWasAsked(refusal)) {
            throw refusal;
        }
        return refusal;
    }

    /**
     * What was made of one thing, or nothing if what is stored of it cannot be read, which is
     * logged; any other failure stays one.
     *
     * @param what shown in the log
     */
    static <T> Optional<T> readable(Object what, Supplier<T> made) {
        RuntimeException why;
        try {
            return Optional.of(made.get());
        } catch (RedisException failure) {
            why = orThrow(failure);
        } catch (RuntimeException garbled) {
            why = garbled;
        }
        LOG.warn("{} cannot be read and is left as it is: {}", what, why.toString());
        return Optional.empty();
    }

    /**
     * The reply, or why Redis refuses to do that one thing, which is logged and left as it is; any
     * other failure stays one.
     *
     * @param what shown in the log
     */
    static CompletableFuture<Object> logged(Object what, CompletableFuture<?> reply) {
        return reply.handle((outcome, failure) -> {
            if (failure == null) {
                return outcome;
            }
            String why = String.valueOf(orThrow(failure).getMessage());
            LOG.warn("{} is left as it is: {}", what, why);
            return why;
        });
    }
}
