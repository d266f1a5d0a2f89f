package dev.stepweir.once;

import dev.stepweir.duty.Backoff;
import dev.stepweir.redis.Redis;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Asks Redis until it answers, on the thread of an execution: what a step needs, and what it has
 * done, must not fail it or be forgotten because Redis is away for a while.
 */
public final class Persistence {

    private Persistence() {}

    /**
     * @param call a read or a guarded script
     * @throws InterruptedException when the execution is given up meanwhile
     */
    public static <T> T ask(Supplier<T> call) throws InterruptedException {
        Backoff backoff = new Backoff();
        CountDownLatch never = new CountDownLatch(1);
        while (true) {
            try {
                return call.get();
            } catch (RuntimeException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("given up while Redis was away");
                }
                if (!Redis.isPassing(e)) {
                    throw e;
                }
            }
            if (never.await(backoff.next().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("nobody counts this down");
            }
        }
    }
}
