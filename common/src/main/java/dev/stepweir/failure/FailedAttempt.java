package dev.stepweir.failure;

import java.time.Duration;
import java.util.Map;

/**
 * The attempt that failed, as a classifier may want to know it.
 *
 * @param run id of the run
 * @param step the step's name; {@value #UNKNOWN_STEP} if it has none
 * @param attempt 1-based number of the attempt
 * @param attempts how many attempts the step gets in all
 * @param took how long the handler ran
 * @param source who found the failure: {@link #HANDLER} or {@link #WORKER}
 * @param metadata what else there is to know: {@code workflow}, {@code handler}, {@code worker},
 *     {@code dispatch}
 */
public record FailedAttempt(
        String run,
        String step,
        int attempt,
        int attempts,
        Duration took,
        String source,
        Map<String, String> metadata) {

    public static final String UNKNOWN_STEP = "unknown_step";

    /** The handler threw it. */
    public static final String HANDLER = "handler";

    /** The worker found it, such as that the time of the attempt was up. */
    public static final String WORKER = "worker";

    public FailedAttempt {
        step = step.isBlank() ? UNKNOWN_STEP : step;
        metadata = Map.copyOf(metadata);
    }

    /** What a handler threw, with nothing else known. */
    public FailedAttempt(String run, String step, int attempt, int attempts, Duration took) {
        this(run, step, attempt, attempts, took, HANDLER, Map.of());
    }

    /** {@code <run>/<step>}. */
    public String stepId() {
        return run + "/" + step;
    }

    /** Whether the step's policy allows no attempt after this one. */
    public boolean isLast() {
        return attempt >= attempts;
    }
}
