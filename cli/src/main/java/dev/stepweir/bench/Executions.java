package dev.stepweir.bench;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How often the product's handler was called, and a way to wait for so many calls without looking:
 * a thread that wakes now and then to look takes the time from what it measures, on few cores a
 * good part of it. Counts from any thread; one thread waits.
 */
final class Executions {

    private static final long PATIENCE_MINUTES = 2;

    private final AtomicLong count = new AtomicLong();
    private final Semaphore reached = new Semaphore(0);
    private volatile long expected;

    void add() {
        if (count.incrementAndGet() == expected) {
            reached.release();
        }
    }

    long count() {
        return count.get();
    }

    /** Says, before what makes them begins, how many more are waited for. */
    void expect(long more) {
        expected = count.get() + more;
    }

    /** Returns when as many as were expected have been counted. */
    void await() {
        try {
            if (!reached.tryAcquire(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                throw new BenchException("the product stopped making progress");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", stopped);
        }
    }
}
