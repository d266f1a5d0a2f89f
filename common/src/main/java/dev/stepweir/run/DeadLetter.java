package dev.stepweir.run;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot of a step at its death, kept whole until the step has succeeded or the letter is
 * purged.
 *
 * @param id {@code <run>/<step>}
 * @param runId the run
 * @param workflow the workflow's name
 * @param step the step
 * @param handler the handler's name, which is also its queue
 * @param reason why it will not be tried again
 * @param error the last error
 * @param attempts executions so far, failed or crashed
 * @param failures attempts that ended in an error
 * @param crashes attempts that ended with their worker
 * @param settings the step's settings
 * @param dispatch the dispatch that died
 */
public record DeadLetter(
        String id,
        String runId,
        String workflow,
        String step,
        String handler,
        Reason reason,
        StepError error,
        int attempts,
        int failures,
        int crashes,
        Map<String, @Nullable Object> settings,
        String dispatch) {

    /** Why a step is dead. */
    public enum Reason {
        /** Every attempt that the step's retry policy allows has failed. */
        ATTEMPTS_EXHAUSTED,
        /** The error is one that trying again cannot help. */
        PERMANENT_ERROR,
        /** Workers live, and none of the namespace ever had its handler. */
        HANDLER_NOT_FOUND,
        /** Its workers died while they executed it, as often as the crash budget allows. */
        CRASH_LOOP,
        /** An operator gave it up. */
        FORCED_TO_FAIL
    }
}
