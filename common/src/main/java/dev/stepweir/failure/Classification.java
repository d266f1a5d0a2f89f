package dev.stepweir.failure;

import java.time.Duration;
import java.util.Optional;

/**
 * What a classifier makes of a failure.
 *
 * @param retryable whether another attempt may help; usually what the category says
 * @param code a stable word for the cause, such as {@code EXECUTION_TIMEOUT}; never empty
 * @param hint what a person may do about it, or empty
 * @param confidence 0 for a guess to 1 for certain
 * @param requestedDelay how long the other side asked to be left alone; replaces the step's own
 *     backoff, bounded by {@link #LONGEST_REQUEST}
 */
public record Classification(
        FailureCategory category,
        boolean retryable,
        String code,
        String hint,
        double confidence,
        Optional<Duration> requestedDelay) {

    /** The longest requested delay that is honoured; longer ones are cut to it. */
    public static final Duration LONGEST_REQUEST = Duration.ofSeconds(300);

    public Classification {
        if (code.isBlank()) {
            throw new IllegalArgumentException("code must not be blank");
        }
        if (!(confidence >= 0 && confidence <= 1)) {
            throw new IllegalArgumentException("confidence must be 0 to 1, found " + confidence);
        }
        requestedDelay = requestedDelay.map(Classification::bounded);
    }

    /** Retried as the category says, without a requested delay. */
    public static Classification of(
            FailureCategory category, String code, String hint, double confidence) {
        return new Classification(
                category, category.isRetryable(), code, hint, confidence, Optional.empty());
    }

    private static Duration bounded(Duration asked) {
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(LONGEST_REQUEST) > 0 ? LONGEST_REQUEST : asked;
    }
}
