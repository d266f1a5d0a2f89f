package dev.stepweir.operator;

import dev.stepweir.failure.ErrorHandlingResult;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Something that happened to a run.
 *
 * @param step the step it happened to, or empty for the run as a whole
 * @param event what happened, such as {@code STARTED} or {@code FAILED}
 * @param state the state that the step or the run was in from then on, as people see it
 * @param details what else is known: attempt, worker, dispatch, error; a value that an operator
 *     gave may be null
 */
public record HistoryEntry(
        Instant at,
        Optional<String> step,
        String event,
        String state,
        Map<String, Object> details) {

    public HistoryEntry {
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }

    /** What was made of the failure, if this is one that a worker reported. */
    public Optional<ErrorHandlingResult> errorHandling() {
        return details.containsKey("action")
                ? Optional.of(ErrorHandlingResult.ofJson(details))
                : Optional.empty();
    }
}
