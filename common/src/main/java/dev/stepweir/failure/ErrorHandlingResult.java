package dev.stepweir.failure;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was made of one failed attempt.
 *
 * @param stepId {@code <run>/<step>}
 * @param nextRetryAt when the step is tried again, if it is
 * @param classificationSummary for people: retryable or permanent, the category, the message
 */
public record ErrorHandlingResult(
        String stepId,
        ErrorHandlingAction action,
        FinalState finalState,
        boolean backoffApplied,
        Optional<Instant> nextRetryAt,
        String classificationSummary) {

    /** Where the step is left. */
    public enum FinalState {
        /** It failed, and nothing but a delay, if any, is between it and the next attempt. */
        ERROR("Error"),
        WAITING_FOR_RETRY("WaitingForRetry");

        private final String word;

        FinalState(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** The same failure once more, or one of an execution that is not the current one. */
    public ErrorHandlingResult ofNoConsequence() {
        return new ErrorHandlingResult(
                stepId,
                ErrorHandlingAction.NO_ACTION_TAKEN,
                finalState,
                false,
                Optional.empty(),
                classificationSummary);
    }

    /** As JSON values, by the names that programs read. */
    public Map<String, @Nullable Object> toJson() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("step_id", stepId);
        json.put("action", action.toString());
        json.put("final_state", finalState.toString());
        json.put("backoff_applied", backoffApplied);
        json.put("next_retry_at", nextRetryAt.map(Instant::toString).orElse(null));
        json.put("classification_summary", classificationSummary);
        return json;
    }

    /**
     * What {@link #toJson} made; other names beside are of no account.
     *
     * @throws IllegalArgumentException if one of the six is missing or not of its kind
     */
    public static ErrorHandlingResult ofJson(Map<String, ? extends @Nullable Object> json) {
        Object next = json.get("next_retry_at");
        return new ErrorHandlingResult(
                text(json, "step_id"),
                named(ErrorHandlingAction.values(), text(json, "action")),
                named(FinalState.values(), text(json, "final_state")),
                Boolean.parseBoolean(text(json, "backoff_applied")),
                next == null ? Optional.empty() : Optional.of(Instant.parse(next.toString())),
                text(json, "classification_summary"));
    }

    private static String text(Map<String, ? extends @Nullable Object> json, String name) {
        Object value = json.get(name);
        if (value == null) {
            throw new IllegalArgumentException("a result of error handling without '" + name + "'");
        }
        return value.toString();
    }

    private static <T extends Enum<T>> T named(T[] all, String word) {
        for (T one : all) {
            if (one.toString().equals(word)) {
                return one;
            }
        }
        throw new IllegalArgumentException("there is no '" + word + "'");
    }
}
