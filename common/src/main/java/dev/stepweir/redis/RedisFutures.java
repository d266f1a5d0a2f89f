package dev.stepweir.redis;

import io.lettuce.core.RedisException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** Waiting for replies. Meant for virtual threads, which may wait cheaply. */
public final class RedisFutures {

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
