package dev.stepweir.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.stepweir.failure.ErrorHandlingResult.FinalState;
import dev.stepweir.json.Json;
import dev.stepweir.run.RunId;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The values of error handling: what is said of them, and that they survive a journey as JSON. */
class ErrorHandlingTest {

    private static final String STEP =
            new RunId("01a1fd0a-f25a-7000-9f6f-a473803511ea").text() + "/charge";
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    private static ErrorHandlingResult result(
            ErrorHandlingAction action, FinalState state, String summary) {
        return new ErrorHandlingResult(STEP, action, state, false, Optional.empty(), summary);
    }

    private static ErrorHandlingResult waiting(Duration delay, String summary) {
        return new ErrorHandlingResult(
                STEP,
                ErrorHandlingAction.TRANSITIONED_TO_WAITING_FOR_RETRY,
                FinalState.WAITING_FOR_RETRY,
                true,
                Optional.of(NOW.plus(delay)),
                summary);
    }

    @SuppressWarnings("unchecked")
    private static ErrorHandlingResult throughJson(ErrorHandlingResult result) {
        return ErrorHandlingResult.ofJson(Json.read(Json.text(result.toJson()), Map.class));
    }

    @Test
    @DisplayName("S1-22, S1-07, S1-08: test_error_handling_config_default")
    void test_error_handling_config_default() {
        assertThat(ErrorHandlingConfig.DEFAULT.useErrorClassification()).isTrue();
        assertThat(ErrorHandlingConfig.DEFAULT.useWaitingForRetryState()).isTrue();
        assertThat(ErrorHandlingConfig.DEFAULT.defaultMaxAttempts()).isEqualTo(3);
    }

    @Test
    @DisplayName("S1-23: test_error_handling_config_custom")
    void test_error_handling_config_custom() {
        ErrorHandlingConfig config = new ErrorHandlingConfig(false, false, 5);

        assertThat(config.useErrorClassification()).isFalse();
        assertThat(config.useWaitingForRetryState()).isFalse();
        assertThat(config.defaultMaxAttempts()).isEqualTo(5);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ErrorHandlingConfig(true, true, 0));
    }

    @Test
    @DisplayName("S1-24: test_error_handling_result_construction")
    void test_error_handling_result_construction() {
        ErrorHandlingResult result =
                result(
                        ErrorHandlingAction.MARKED_AS_PERMANENT_FAILURE,
                        FinalState.ERROR,
                        "Permanent: connection refused");

        assertThat(result.stepId()).isEqualTo(STEP);
        assertThat(result.backoffApplied()).isFalse();
        assertThat(result.nextRetryAt()).isEmpty();
        assertThat(result.classificationSummary()).contains("Permanent");
    }

    @Test
    @DisplayName("S1-25: test_error_handling_result_with_backoff")
    void test_error_handling_result_with_backoff() {
        ErrorHandlingResult result = waiting(Duration.ofSeconds(30), "Retryable: timeout");

        assertThat(result.backoffApplied()).isTrue();
        assertThat(result.nextRetryAt()).contains(NOW.plusSeconds(30));
        assertThat(result.action())
                .isEqualTo(ErrorHandlingAction.TRANSITIONED_TO_WAITING_FOR_RETRY);
        assertThat(result.finalState()).isEqualTo(FinalState.WAITING_FOR_RETRY);
    }

    @Test
    @DisplayName("S1-26: test_error_handling_action_variants")
    void test_error_handling_action_variants() {
        assertThat(ErrorHandlingAction.values()).hasSize(4);
        assertThat(Arrays.stream(ErrorHandlingAction.values()).map(Json::text))
                .doesNotHaveDuplicates()
                .allMatch(json -> json.length() > 2);
    }

    @Test
    @DisplayName("S1-27, S1-06: test_error_handling_action_serialization_values")
    void test_error_handling_action_serialization_values() {
        assertThat(Arrays.stream(ErrorHandlingAction.values()).map(Json::text))
                .containsExactly(
                        "\"MarkedAsPermanentFailure\"",
                        "\"TransitionedToWaitingForRetry\"",
                        "\"MarkedAsError\"",
                        "\"NoActionTaken\"");
    }

    @Test
    @DisplayName("S1-28, S1-21: test_error_handling_result_serialization_roundtrip")
    void test_error_handling_result_serialization_roundtrip() {
        for (ErrorHandlingAction action : ErrorHandlingAction.values()) {
            for (FinalState state : FinalState.values()) {
                ErrorHandlingResult result = result(action, state, "retry limit exceeded");

                assertThat(throughJson(result)).isEqualTo(result).hasSameHashCodeAs(result);
                assertThat(result.toJson())
                        .containsOnlyKeys(
                                "step_id",
                                "action",
                                "final_state",
                                "backoff_applied",
                                "next_retry_at",
                                "classification_summary");
            }
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ErrorHandlingResult.ofJson(Map.of("step_id", STEP)))
                .withMessageContaining("'action'");
    }

    @Test
    @DisplayName("S1-31, S1-21: test_error_handling_result_clone")
    void test_error_handling_result_clone() {
        ErrorHandlingResult first = waiting(Duration.ZERO, "clone test");
        ErrorHandlingResult second = waiting(Duration.ZERO, "clone test");

        assertThat(second).isNotSameAs(first).isEqualTo(first).hasSameHashCodeAs(first);
        assertThat(second).isNotEqualTo(waiting(Duration.ofMillis(1), "clone test"));
    }

    @Test
    @DisplayName("S1-32, S1-21: test_error_handling_result_debug")
    void test_error_handling_result_debug() {
        assertThat(
                        result(ErrorHandlingAction.NO_ACTION_TAKEN, FinalState.ERROR, "debug test")
                                .toString())
                .contains("ErrorHandlingResult", "NoActionTaken", "debug test");
    }

    @Test
    @DisplayName("S1-33: test_error_handling_action_clone")
    void test_error_handling_action_clone() {
        ErrorHandlingAction action = ErrorHandlingAction.MARKED_AS_PERMANENT_FAILURE;

        assertThat(Json.read(Json.text(action), ErrorHandlingAction.class)).isSameAs(action);
    }

    @Test
    @DisplayName("S1-34: test_error_handling_action_debug")
    void test_error_handling_action_debug() {
        assertThat(ErrorHandlingAction.TRANSITIONED_TO_WAITING_FOR_RETRY)
                .hasToString("TransitionedToWaitingForRetry");
    }

    @Test
    @DisplayName("S1-35, S1-21: test_error_handling_config_clone")
    void test_error_handling_config_clone() {
        ErrorHandlingConfig config = new ErrorHandlingConfig(true, false, 7);

        assertThat(new ErrorHandlingConfig(true, false, 7))
                .isEqualTo(config)
                .hasSameHashCodeAs(config);
        assertThat(new ErrorHandlingConfig(true, false, 8)).isNotEqualTo(config);
    }

    @Test
    @DisplayName("S1-36, S1-21: test_error_handling_config_debug")
    void test_error_handling_config_debug() {
        assertThat(ErrorHandlingConfig.DEFAULT.toString())
                .contains("ErrorHandlingConfig", "use_error_classification");
    }

    @Test
    @DisplayName("S1-37: test_error_handling_result_marked_as_error_action")
    void test_error_handling_result_marked_as_error_action() {
        ErrorHandlingResult result =
                result(
                        ErrorHandlingAction.MARKED_AS_ERROR,
                        FinalState.ERROR,
                        "retry limit exceeded");

        assertThat(result.action()).isEqualTo(ErrorHandlingAction.MARKED_AS_ERROR);
        assertThat(result.finalState()).isEqualTo(FinalState.ERROR);
    }

    @Test
    @DisplayName("S1-38: test_error_handling_result_serialization_with_retry_time")
    void test_error_handling_result_serialization_with_retry_time() {
        ErrorHandlingResult result = waiting(Duration.ofMinutes(5), "timeout");

        assertThat(Json.text(result.toJson())).contains("next_retry_at", "timeout");
        assertThat(throughJson(result)).isEqualTo(result);
        assertThat(throughJson(result).nextRetryAt()).contains(NOW.plusSeconds(300));
    }

    @Test
    @DisplayName("S1-17: a step without a name is 'unknown_step'")
    void a_step_without_a_name_is_unknown() {
        FailedAttempt attempt = new FailedAttempt("run", "", 3, 3, Duration.ofMillis(5));

        assertThat(attempt.step()).isEqualTo("unknown_step");
        assertThat(attempt.stepId()).isEqualTo("run/unknown_step");
        assertThat(attempt.isLast()).isTrue();
    }
}
