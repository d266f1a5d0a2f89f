package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.failure.ErrorHandlingAction;
import dev.stepweir.failure.ErrorHandlingConfig;
import dev.stepweir.failure.ErrorHandlingResult;
import dev.stepweir.failure.ErrorHandlingResult.FinalState;
import dev.stepweir.failure.FailedAttempt;
import dev.stepweir.failure.StandardClassifier;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunView;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Worker;
import dev.stepweir.worker.WorkerConfig;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is made of a failure, from the handler to the history. */
@WithRedis
class ErrorHandlingIT {

    private final AtomicInteger calls = new AtomicInteger();
    private final List<ErrorHandlingResult> told = new CopyOnWriteArrayList<>();
    private final List<FailedAttempt> contexts = new CopyOnWriteArrayList<>();

    private static Workflow failing(ErrorHandlingConfig config, boolean retryable) {
        return Workflow.builder("failing")
                .errorHandling(config)
                .step(
                        "only",
                        s ->
                                s.handler("fail")
                                        .setting("retryable", String.valueOf(retryable))
                                        .backoff(Backoff.FIXED, Duration.ofMillis(20)))
                .build();
    }

    private Worker worker(Stack stack) {
        return Worker.builder()
                .namespace(stack.namespace().name())
                .config(WorkerConfig.DEFAULT.withHeartbeat(Stack.HEARTBEAT))
                .classifier((thrown, attempt) -> {
                    contexts.add(attempt);
                    return new StandardClassifier().classify(thrown, attempt);
                })
                .onFailure(told::add)
                .handler(
                        "fail",
                        (input, context) -> {
                            calls.incrementAndGet();
                            if (Boolean.parseBoolean(context.setting("retryable", "true"))) {
                                throw new TimeoutException("no answer");
                            }
                            throw new IllegalArgumentException("no amount");
                        })
                .start(stack.redis());
    }

    private static List<ErrorHandlingResult> results(Stack stack, RunId run) {
        return stack.client().runs().history(run).stream()
                .map(HistoryEntry::errorHandling)
                .flatMap(result -> result.stream())
                .toList();
    }

    private List<ErrorHandlingResult> resultsOf(Workflow workflow, TestRedis redis)
            throws Exception {
        try (Stack stack = Stack.open(redis).orchestrator();
                Worker worker = worker(stack)) {
            assertThat(worker.id()).isNotEmpty();
            RunView run = stack.run(workflow, null);
            List<ErrorHandlingResult> stored = results(stack, run.id());
            await().atMost(Stack.SOON).until(() -> told.size() == stored.size());
            for (int i = 0; i < stored.size(); i++) {
                assertThat(told.get(i).action()).isEqualTo(stored.get(i).action());
                assertThat(told.get(i).stepId())
                        .isEqualTo(stored.get(i).stepId())
                        .isEqualTo(run.id() + "/only");
            }
            return stored;
        }
    }

    @Test
    @DisplayName("S1-01, S1-03, S1-04, S1-15: a timeout on attempts 1, 2 and 3 of 3")
    void a_timeout_is_tried_again_until_the_attempts_are_used_up(TestRedis redis) throws Exception {
        List<ErrorHandlingResult> results =
                resultsOf(failing(ErrorHandlingConfig.DEFAULT, true), redis);

        assertThat(results)
                .extracting(ErrorHandlingResult::action)
                .containsExactly(
                        ErrorHandlingAction.TRANSITIONED_TO_WAITING_FOR_RETRY,
                        ErrorHandlingAction.TRANSITIONED_TO_WAITING_FOR_RETRY,
                        ErrorHandlingAction.MARKED_AS_ERROR);
        ErrorHandlingResult first = results.getFirst();
        assertThat(first.finalState()).isEqualTo(FinalState.WAITING_FOR_RETRY);
        assertThat(first.backoffApplied()).isTrue();
        assertThat(first.nextRetryAt()).isPresent();
        assertThat(first.classificationSummary()).isEqualTo("Retryable error (TIMEOUT): no answer");
        ErrorHandlingResult last = results.getLast();
        assertThat(last.finalState()).isEqualTo(FinalState.ERROR);
        assertThat(last.backoffApplied()).isFalse();
        assertThat(last.nextRetryAt()).isEmpty();
        assertThat(last.classificationSummary())
                .isEqualTo("Retry limit exceeded (TIMEOUT): no answer");
    }

    @Test
    @DisplayName("S1-02, S1-16: a validation error on attempt 1 of 3")
    void a_validation_error_is_permanent_at_once(TestRedis redis) throws Exception {
        List<ErrorHandlingResult> results =
                resultsOf(failing(ErrorHandlingConfig.DEFAULT, false), redis);

        assertThat(results).hasSize(1);
        ErrorHandlingResult only = results.getFirst();
        assertThat(only.action()).isEqualTo(ErrorHandlingAction.MARKED_AS_PERMANENT_FAILURE);
        assertThat(only.finalState()).isEqualTo(FinalState.ERROR);
        assertThat(only.backoffApplied()).isFalse();
        assertThat(only.nextRetryAt()).isEmpty();
        assertThat(only.classificationSummary())
                .isEqualTo("Permanent error (PERMANENT): no amount");
    }

    @Test
    @DisplayName("S1-05, S1-13: without the waiting state a step is an error until it is retried")
    void without_the_waiting_state_nothing_is_said_to_have_moved(TestRedis redis) throws Exception {
        List<ErrorHandlingResult> results =
                resultsOf(failing(new ErrorHandlingConfig(true, false, 3), true), redis);

        assertThat(calls).hasValue(3);
        ErrorHandlingResult first = results.getFirst();
        assertThat(first.action()).isEqualTo(ErrorHandlingAction.NO_ACTION_TAKEN);
        assertThat(first.finalState()).isEqualTo(FinalState.ERROR);
        assertThat(first.backoffApplied()).isTrue();
        assertThat(first.nextRetryAt())
                .hasValueSatisfying(at -> assertThat(at).isAfter(Instant.EPOCH));
        assertThat(results.getLast().action()).isEqualTo(ErrorHandlingAction.MARKED_AS_ERROR);
    }

    @ParameterizedTest(name = "retryable {0}, classification {1}, waiting state {2}: {3}, {4}")
    @DisplayName("S1-07, S1-08, S1-11, S1-12: the decision table of 8 combinations")
    @CsvSource({
        "true, true, true, 3, TransitionedToWaitingForRetry",
        "true, true, false, 3, NoActionTaken",
        "true, false, true, 1, MarkedAsPermanentFailure",
        "true, false, false, 1, MarkedAsPermanentFailure",
        "false, true, true, 1, MarkedAsPermanentFailure",
        "false, true, false, 1, MarkedAsPermanentFailure",
        "false, false, true, 1, MarkedAsPermanentFailure",
        "false, false, false, 1, MarkedAsPermanentFailure"
    })
    void the_decision_table(
            boolean retryable,
            boolean classification,
            boolean waiting,
            int invocations,
            String action,
            TestRedis redis)
            throws Exception {
        ErrorHandlingConfig config = new ErrorHandlingConfig(classification, waiting, 3);

        List<ErrorHandlingResult> results = resultsOf(failing(config, retryable), redis);

        assertThat(calls).hasValue(invocations);
        assertThat(results).hasSize(invocations);
        assertThat(results.getFirst().action()).hasToString(action);
    }

    @ParameterizedTest(name = "default_max_attempts {0}")
    @DisplayName("S1-09: a step that says nothing has the default's attempts")
    @CsvSource({"1", "5", "7", "10"})
    void a_step_that_says_nothing_has_the_default(int attempts, TestRedis redis) throws Exception {
        List<ErrorHandlingResult> results =
                resultsOf(failing(new ErrorHandlingConfig(true, true, attempts), true), redis);

        assertThat(calls).hasValue(attempts);
        assertThat(results.getLast().action()).isEqualTo(ErrorHandlingAction.MARKED_AS_ERROR);
    }

    @Test
    @DisplayName("S1-17: the classifier is told attempt, limit, step, run, source and duration")
    void the_classifier_is_told_of_the_attempt(TestRedis redis) throws Exception {
        Workflow workflow =
                Workflow.builder("slow")
                        .step("only", s -> s.handler("fail").backoff(Backoff.IMMEDIATE))
                        .build();

        resultsOf(workflow, redis);

        assertThat(contexts).extracting(FailedAttempt::attempt).containsExactly(1, 2, 3);
        FailedAttempt first = contexts.getFirst();
        assertThat(first.attempts()).isEqualTo(3);
        assertThat(first.step()).isEqualTo("only");
        assertThat(first.stepId()).isEqualTo(first.run() + "/only");
        assertThat(first.took()).isPositive();
        assertThat(first.source()).isEqualTo(FailedAttempt.HANDLER);
        assertThat(first.metadata())
                .containsEntry("workflow", "slow")
                .containsEntry("handler", "fail")
                .containsKeys("worker", "dispatch");
    }

    @Test
    @DisplayName("S1-17: a timeout that the worker finds is classified as well")
    void a_timeout_of_the_step_is_classified(TestRedis redis) throws Exception {
        Workflow workflow =
                Workflow.builder("late")
                        .step(
                                "only",
                                s ->
                                        s.handler("sleep")
                                                .setting("duration_ms", 60_000)
                                                .timeout(Duration.ofMillis(50))
                                                .backoff(Backoff.NONE))
                        .build();
        try (Stack stack = Stack.start(redis)) {
            RunView run = stack.run(workflow, null);

            assertThat(run.steps().getFirst().error())
                    .hasValueSatisfying(error -> {
                        assertThat(error.type()).isEqualTo("TIMEOUT");
                        assertThat(error.code()).isEqualTo("EXECUTION_TIMEOUT");
                        assertThat(error.finalAttempt()).isTrue();
                        assertThat(error.confidence()).isPositive();
                    });
        }
    }
}
