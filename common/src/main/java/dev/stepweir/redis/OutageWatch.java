package dev.stepweir.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Speaks of an absent Redis for a whole process. Its many loops all fail when Redis is away; they
 * ask here, stay silent when this speaks, and the log has a line per look instead of one per loop.
 * The first failure that is told starts a thread that looks for Redis on a connection of its own,
 * and ends when it answers. Thread-safe.
 */
public final class OutageWatch implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(OutageWatch.class);

    private static final String THREAD = "stepweir-redis-watch";
    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long FORGET_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** Whoever fails when Redis was so often found to answer has trouble of its own. */
    private static final int MOST_FALSE_ALARMS = 5;

    private final String address;
    private final Runnable look;
    private final Consumer<String> voice;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private boolean looking;
    private @Nullable Thread watcher;
    private boolean awake;
    private boolean closed;
    private int falseAlarms;
    private long toldAt = System.nanoTime() - FORGET_NANOS;
    private long lookedAt = System.nanoTime() - LOOK_AGAIN_NANOS;

    /**
     * A watch that has nothing to do yet.
     *
     * @param address as it may be shown
     * @param look returns when Redis answers and throws when it does not
     * @param voice gets the lines
     */
    OutageWatch(String address, Runnable look, Consumer<String> voice) {
        this.address = address;
        this.look = look;
        this.voice = voice;
    }

    /**
     * Takes note of a failure. True when it is one that Redis' absence explains and this watch
     * speaks of that absence; whoever met it tries again and need not say a word.
     */
    public boolean speaksFor(Throwable failure) {
        if (!Redis.isPassing(RedisFutures.asRedisException(failure))) {
            return false;
        }
        lock.lock();
        try {
            long now = System.nanoTime();
            if (now - toldAt > FORGET_NANOS) {
                falseAlarms = 0;
            }
            toldAt = now;
            if (!looking && !closed && now - lookedAt >= LOOK_AGAIN_NANOS) {
                watcher = Thread.ofPlatform().daemon().name(THREAD).unstarted(this::watch);
                try {
                    watcher.start();
                    looking = true;
                } catch (OutOfMemoryError noThread) {
                    // Whoever met the failure speaks of it then.
                    return false;
                }
            }
            return closed || falseAlarms < MOST_FALSE_ALARMS;
        } finally {
            lock.unlock();
        }
    }

    /** A connection came back: now is a good moment to look. */
    void wake() {
        change(() -> awake = true);
    }

    /** Ends a look that is under way: its connection will not answer any more. */
    @Override
    public void close() {
        change(() -> {
            closed = true;
            if (watcher != null) {
                watcher.interrupt();
            }
        });
    }

    private void watch() {
        Outage outage = new Outage(address, voice);
        while (!answers(outage)) {
            if (isClosed()) {
                return;
            }
        }
        change(() -> {
            falseAlarms = outage.hasBegun() ? 0 : falseAlarms + 1;
            lookedAt = System.nanoTime();
            looking = false;
        });
    }

    /** Looks once; when nobody answers, says so and waits. */
    private boolean answers(Outage outage) {
        change(() -> awake = false);
        try {
            look.run();
            outage.over();
            return true;
        } catch (RuntimeException why) {
            if (!isClosed()) {
                pause(outage.stillAway(why));
            }
            return false;
        }
    }

    private void pause(Duration time) {
        lock.lock();
        try {
            long left = time.toNanos();
            while (left > 0 && !awake && !closed) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            log.debug("interrupted while Redis is away");
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
