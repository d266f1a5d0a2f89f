package dev.stepweir.orchestrator;

import dev.stepweir.duty.Complaints;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import io.lettuce.core.RedisException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what is wrong with one run from what is wrong with Redis: the first must not keep other
 * runs waiting, the second is waited for.
 */
final class Refusals {

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    /** The reconciler meets the same five times a second. */
    private static final Complaints COMPLAINTS = new Complaints();

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
        complain(what + " cannot be read", why.toString());
        return Optional.empty();
    }

    /**
     * Whether something could be done; if Redis refuses that one thing it is logged, and any other
     * failure stays one.
     *
     * @param what shown in the log
     */
    static boolean possible(Object what, Runnable attempt) {
        try {
            attempt.run();
            return true;
        } catch (RedisException failure) {
            complain(what, orThrow(failure).getMessage());
            return false;
        }
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
            complain(what, why);
            return why;
        });
    }

    /**
     * Says that something cannot be handled, once a minute.
     *
     * @param what the thing, and if it is not plain from the reason, what is wrong with it
     */
    static void complain(Object what, @Nullable Object why) {
        String complaint = what + ": " + why;
        if (COMPLAINTS.isDue(complaint)) {
            LOG.warn("left as it is: {}", complaint);
        }
    }
}
