package dev.stepweir.once;

import dev.stepweir.duty.Backoff;
import dev.stepweir.redis.Redis;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Asks Redis until it answers, on a handler's thread: what a handler has done must not be forgotten
 * because Redis is away for a while. For one thread.
 */
final class Persistence {

    private final CountDownLatch never = new CountDownLatch(1);
    private final Backoff backoff = new Backoff();

    /**
     * @param call a read or a guarded script
     * @throws InterruptedException when the execution is given up meanwhile
     */
    <T> T ask(Supplier<T> call) throws InterruptedException {
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
