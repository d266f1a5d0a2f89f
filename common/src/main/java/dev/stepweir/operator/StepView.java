package dev.stepweir.operator;

import dev.stepweir.run.StepError;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * One step of a run as it was when it was read.
 *
 * @param attempt 1-based number of the attempt that is next, under way, or was the last; 0 for a
 *     step that was never published
 * @param dispatch number of its last publishing; 0 for none
 * @param failures attempts that ended in an error
 * @param crashes attempts that ended with their worker
 * @param redeliveries publishings that were charged to nothing
 * @param worker who holds it, or who committed it
 * @param from when the attempt began that runs or was committed; for a running step from its first
 *     heartbeat on
 * @param to when it was committed
 * @param nextRetryAt when it will be published again
 * @param output JSON null while there is none
 * @param error of the last attempt that failed; none once one succeeded, the history keeps it
 */
public record StepView(
        String name,
        String handler,
        StepStatus state,
        int attempt,
        long dispatch,
        int failures,
        int crashes,
        int redeliveries,
        Optional<String> worker,
        Optional<Instant> from,
        Optional<Instant> to,
        Optional<Instant> nextRetryAt,
        JsonNode output,
        Optional<StepError> error) {}
