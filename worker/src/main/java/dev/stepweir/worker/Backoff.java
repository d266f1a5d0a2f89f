package dev.stepweir.worker;

import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;

/** How long to wait after one failure upon another: 100 ms doubled up to 5 s, half of it random. */
final class Backoff {

    private static final IntervalFunction DELAYS =
            IntervalFunction.ofExponentialRandomBackoff(
                    Duration.ofMillis(100), 2, 0.5, Duration.ofSeconds(5));

    private int failures;

    synchronized Duration next() {
        failures++;
        return Duration.ofMillis(DELAYS.apply(Math.min(failures, 30)));
    }

    /** False for the many short first tries, so that an outage costs a line per backoff only. */
    synchronized boolean isWorthALine() {
        return failures == 1 || failures > 4;
    }

    synchronized void succeeded() {
        failures = 0;
    }
}
