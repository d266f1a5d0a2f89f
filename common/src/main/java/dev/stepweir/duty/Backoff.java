package dev.stepweir.duty;

import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;

/**
 * How long whoever goes on for ever waits after one failure upon another: 100 ms doubled up to 5 s,
 * half of it random. Thread-safe.
 */
public final class Backoff {

    private static final int MOST_DOUBLED = 30;
    private static final IntervalFunction USUAL =
            IntervalFunction.ofExponentialRandomBackoff(
                    Duration.ofMillis(100), 2, 0.5, Duration.ofSeconds(5));

    private final IntervalFunction delays;
    private int failures;

    public Backoff() {
        this(USUAL);
    }

    Backoff(IntervalFunction delays) {
        this.delays = delays;
    }

    /** It failed once more: how long to wait. */
    public synchronized Duration next() {
        failures++;
        return Duration.ofMillis(delays.apply(Math.min(failures, MOST_DOUBLED)));
    }

    /** False for the many short first tries, so that lasting trouble costs a line per backoff. */
    public synchronized boolean isWorthALine() {
        return failures == 1 || failures > 4;
    }

    /** It worked; returns how often it had failed before. */
    public synchronized int succeeded() {
        int before = failures;
        failures = 0;
        return before;
    }
}
