package dev.stepweir.once;

import dev.stepweir.duty.Backoff;
import dev.stepweir.redis.Redis;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Redis until it answers, on the thread of an execution: what a step needs, and what it has
 * done, must not fail it or be forgotten because Redis is away for a while.
 */
public final class Persistence {

    private static final Logger log = LoggerFactory.getLogger(Persistence.class);

    private Persistence() {}

    /**
     * @param call a read or a guarded script
     * @throws InterruptedException when the execution is given up meanwhile
     */
    public static <T> T ask(Supplier<T> call) throws InterruptedException {
        Backoff backoff = new Backoff();
        while (true) {
            try {
                return call.get();
            } catch (RuntimeException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("given up while Redis was away");
                }
                if (!Redis.mayHeal(e)) {
                    throw e;
                }
                wait(e, backoff);
            }
        }
    }

    /** An absence of Redis is spoken of elsewhere, once for all. */
    private static void wait(RuntimeException why, Backoff backoff) throws InterruptedException {
        Duration delay = backoff.next();
        if (!Redis.isPassing(why) && backoff.isWorthALine()) {
            log.warn("an execution waits for Redis: {}", why.getMessage());
        }
        if (new CountDownLatch(1).await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("nobody counts this down");
        }
    }
}
