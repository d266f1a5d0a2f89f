package dev.stepweir.worker;

import dev.stepweir.failure.ErrorHandlingAction;
import dev.stepweir.failure.ErrorHandlingResult;
import dev.stepweir.failure.ErrorHandlingResult.FinalState;
import dev.stepweir.redis.script.FailStep.Decision;
import dev.stepweir.run.StepError;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is decided about one failed attempt.
 *
 * @param code the error's, or that the attempts are used up
 * @param attempts how many the step is allowed for failures of this category
 */
record Verdict(
        StepError error,
        Decision decision,
        ErrorHandlingAction action,
        FinalState finalState,
        String summary,
        String code,
        int attempts) {

    /** For whom wants to know, once it is stored. */
    ErrorHandlingResult result(String stepId, Instant at) {
        Optional<Instant> next =
                decision instanceof Decision.RetryAfter(var delay)
                        ? Optional.of(at.plus(delay))
                        : Optional.empty();
        return new ErrorHandlingResult(stepId, action, finalState, next.isPresent(), next, summary);
    }

    /** For the run's history; when the next attempt is, follows from the time of the record. */
    Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("error", error.type() + ": " + error.message());
        switch (decision) {
            case Decision.RetryAfter(var delay) -> details.put("retry_in_ms", delay.toMillis());
            case Decision.GiveUp unused -> details.put("dead", true);
        }
        details.put("action", action.toString());
        details.put("final_state", finalState.toString());
        details.put("backoff_applied", decision instanceof Decision.RetryAfter);
        details.put("classification_summary", summary);
        details.put("category", error.category().name());
        details.put("code", code);
        details.put("hint", error.hint());
        details.put("confidence", error.confidence());
        details.put("final_attempt", error.finalAttempt());
        details.put("max_attempts", attempts);
        return details;
    }
}
