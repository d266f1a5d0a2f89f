package dev.stepweir.failure;

/** The ten kinds of failure. Each says whether trying again can help by default. */
public enum FailureCategory {
    /** The input or the code is wrong; the same attempt would fail the same way. */
    PERMANENT(false),
    /** A passing disturbance without a name of its own. */
    TRANSIENT(true),
    /** Something did not answer in time. */
    TIMEOUT(true),
    /** A service asked to be called less often. */
    RATE_LIMIT(true),
    /** A connection could not be made or broke. */
    NETWORK(true),
    /** A setting, a class or a resource that the handler needs is missing or wrong. */
    CONFIGURATION(false),
    /** Memory, disk, threads or a quota ran out. */
    RESOURCE_EXHAUSTION(true),
    /** A service that the handler depends on failed. */
    DEPENDENCY_FAILURE(true),
    /** Something was not in the state that the handler expected. */
    STATE_INCONSISTENCY(true),
    /** Nothing is known of it; tried again, as far as the step's policy goes. */
    UNKNOWN(true);

    private final boolean retryable;

    FailureCategory(boolean retryable) {
        this.retryable = retryable;
    }

    /** Whether another attempt may succeed. */
    public boolean isRetryable() {
        return retryable;
    }
}
