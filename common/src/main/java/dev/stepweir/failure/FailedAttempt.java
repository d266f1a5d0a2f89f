package dev.stepweir.failure;

import java.time.Duration;

/**
 * The attempt that failed, as a classifier may want to know it.
 *
 * @param run id of the run
 * @param attempt 1-based number of the attempt
 * @param attempts how many attempts the step gets in all
 * @param took how long the handler ran
 */
public record FailedAttempt(String run, String step, int attempt, int attempts, Duration took) {

    /** Whether the step's policy allows no attempt after this one. */
    public boolean isLast() {
        return attempt >= attempts;
    }
}
