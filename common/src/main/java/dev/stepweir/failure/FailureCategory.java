package dev.stepweir.failure;

import java.time.Duration;
import java.util.Locale;

/**
 * The ten kinds of failure. Each says whether trying again can help by default, and how long to
 * wait before it where neither the service nor the step says so.
 */
public enum FailureCategory {
    /** The input or the code is wrong; the same attempt would fail the same way. */
    PERMANENT(false, Growth.NONE, 0, 0),
    /** A passing disturbance without a name of its own. */
    TRANSIENT(true, Growth.DOUBLING, 1, 300),
    /** Something did not answer in time. */
    TIMEOUT(true, Growth.DOUBLING, 30, 3_600),
    /** A service asked to be called less often. */
    RATE_LIMIT(true, Growth.NONE, 60, 60),
    /** A connection could not be made or broke. */
    NETWORK(true, Growth.LINEAR, 5, 300),
    /** A setting, a class or a resource that the handler needs is missing or wrong. */
    CONFIGURATION(false, Growth.NONE, 0, 0),
    /** Memory, disk, threads or a quota ran out. */
    RESOURCE_EXHAUSTION(true, Growth.NONE, 30, 30),
    /** A service that the handler depends on failed. */
    DEPENDENCY_FAILURE(true, Growth.DOUBLING, 1, 300),
    /** Something was not in the state that the handler expected. */
    STATE_INCONSISTENCY(true, Growth.DOUBLING, 1, 300),
    /** Nothing is known of it; tried again, as far as the step's policy goes. */
    UNKNOWN(true, Growth.DOUBLING, 1, 300);

    private enum Growth {
        NONE,
        LINEAR,
        DOUBLING
    }

    /** Beyond so many doublings every delay has reached its cap. */
    private static final int MOST_DOUBLINGS = 20;

    private final boolean retryable;
    private final Growth growth;
    private final long baseSeconds;
    private final long capSeconds;

    FailureCategory(boolean retryable, Growth growth, long baseSeconds, long capSeconds) {
        this.retryable = retryable;
        this.growth = growth;
        this.baseSeconds = baseSeconds;
        this.capSeconds = capSeconds;
    }

    /** Whether another attempt may succeed. */
    public boolean isRetryable() {
        return retryable;
    }

    /** The word in definitions: the name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * How long is usually waited after failure number {@code failure}, without jitter.
     *
     * @param failure counted from 1
     */
    public Duration usualDelay(int failure) {
        long factor =
                switch (growth) {
                    case NONE -> 1;
                    case LINEAR -> failure;
                    case DOUBLING -> 1L << Math.min(failure - 1, MOST_DOUBLINGS);
                };
        return Duration.ofSeconds(Math.min(baseSeconds * factor, capSeconds));
    }
}
