package dev.stepweir.operator.letters;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * How fast many things are done: one after the other with at least a pause between two beginnings.
 * Time that was lost is not made good by a burst. For one thread.
 */
public final class Pace {

    private final long pauseNanos;
    private final LongSupplier nanos;
    private final Consumer<Duration> wait;
    private long next;
    private boolean begun;

    Pace(double perSecond, LongSupplier nanos, Consumer<Duration> wait) {
        if (!(perSecond > 0 && perSecond <= 1_000_000)) {
            throw new IllegalArgumentException(
                    "a rate must be more than 0 and at most 1000000 per second, found "
                            + perSecond);
        }
        this.pauseNanos = (long) (1_000_000_000 / perSecond);
        this.nanos = nanos;
        this.wait = wait;
    }

    /**
     * So many per second at most.
     *
     * @throws IllegalArgumentException unless more than 0, at most 1,000,000
     */
    public static Pace perSecond(double rate) {
        return new Pace(rate, System::nanoTime, pause -> LockSupport.parkNanos(pause.toNanos()));
    }

    /** Waits until the next may begin. */
    void await() {
        long now = nanos.getAsLong();
        while (begun && now - next < 0 && !Thread.currentThread().isInterrupted()) {
            wait.accept(Duration.ofNanos(next - now));
            now = nanos.getAsLong();
        }
        next = now + pauseNanos;
        begun = true;
    }
}
