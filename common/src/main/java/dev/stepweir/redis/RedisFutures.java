package dev.stepweir.redis;

import io.lettuce.core.RedisException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waiting for replies. Meant for virtual threads, which may wait cheaply. */
public final class RedisFutures {

    private static final Logger log = LoggerFactory.getLogger(RedisFutures.class);

    private RedisFutures() {}

    /**
     * Waits for a reply.
     *
     * @throws RedisException what Redis or the connection answered; also when interrupted, with the
     *     interrupt flag set again
     */
    public static <T> T join(CompletionStage<T> reply) {
        try {
            return reply.toCompletableFuture().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisException("interrupted while waiting for Redis", e);
        } catch (ExecutionException e) {
            throw asRedisException(e);
        }
    }

    /**
     * Goes on when a reply or its failure is there. What the continuation throws is a bug: it is
     * logged, since nobody waits for it.
     */
    public static <T> void onDone(
            CompletionStage<T> reply,
            BiConsumer<? super @Nullable T, ? super @Nullable Throwable> then) {
        var unused =
                reply.whenComplete((value, failure) -> {
                    try {
                        then.accept(value, failure);
                    } catch (RuntimeException | Error bug) {
                        log.error("continuing after a reply failed", bug);
                        throw bug;
                    }
                });
    }

    /** The failure of a reply, without the wrapping of futures. */
    public static RedisException asRedisException(Throwable failure) {
        Throwable cause = failure.getCause();
        if (cause == null
                || !(failure instanceof CompletionException
                        || failure instanceof ExecutionException)) {
            cause = failure;
        }
        return cause instanceof RedisException known ? known : new RedisException(cause);
    }
}
