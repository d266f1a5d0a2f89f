package dev.stepweir.failure;

/**
 * How a workflow treats failures.
 *
 * @param useErrorClassification false: every failure is permanent, whatever it is
 * @param useWaitingForRetryState false: a step that is tried again is reported as an error until
 *     then, not as waiting
 * @param defaultMaxAttempts attempts of a step that does not say; at least 1
 */
public record ErrorHandlingConfig(
        boolean useErrorClassification, boolean useWaitingForRetryState, int defaultMaxAttempts) {

    public static final ErrorHandlingConfig DEFAULT = new ErrorHandlingConfig(true, true, 3);

    public ErrorHandlingConfig {
        if (defaultMaxAttempts < 1) {
            throw new IllegalArgumentException(
                    "default_max_attempts must be at least 1, found " + defaultMaxAttempts);
        }
    }

    @Override
    public String toString() {
        return "ErrorHandlingConfig[use_error_classification="
                + useErrorClassification
                + ", use_waiting_for_retry_state="
                + useWaitingForRetryState
                + ", default_max_attempts="
                + defaultMaxAttempts
                + "]";
    }
}
