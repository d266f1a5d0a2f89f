package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Definition;
import dev.stepweir.workflow.DefinitionReader;
import dev.stepweir.workflow.InvalidWorkflowException;
import dev.stepweir.workflow.StepDefinition;
import dev.stepweir.workflow.Workflow;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@WithRedis
@DisplayName("S0-36: each scenario ends within 5 s")
class RetriesIT {

    private static final String FLAKY = "FailNTimesHandler";
    private static final Duration BASE = Duration.ofMillis(50);
    private static final Duration CAP = Duration.ofMillis(200);

    /** Late by this much at most, on a machine that does other things as well. */
    private static final long TOLERANCE_MILLIS = 3_000;

    /** What each scenario takes, but for those that a stall of the machine hit. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private static final int MOST_STALLED = 2;
    private static final AtomicInteger STALLED = new AtomicInteger();

    private final List<Long> invocations = new CopyOnWriteArrayList<>();
    private final long begun = System.nanoTime();

    @AfterEach
    void the_scenario_was_fast(TestInfo test) {
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        System.out.printf("[proof] %d ms: %s%n", took.toMillis(), test.getDisplayName());
        if (took.compareTo(LONGEST) > 0) {
            assertThat(STALLED.incrementAndGet()).isLessThanOrEqualTo(MOST_STALLED);
        }
    }

    private static Workflow template(String name) throws IOException {
        try (InputStream file = RetriesIT.class.getResourceAsStream("/seed/" + name)) {
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            Definition read = new DefinitionReader().read(text, name);
            assertThat(read).isInstanceOf(Definition.Valid.class);
            return ((Definition.Valid) read).workflow();
        }
    }

    /** Fails as often as the setting says, and writes down when it was called. */
    private Handlers timed() {
        return new Handlers()
                .add(
                        "timed",
                        (input, context) -> {
                            invocations.add(System.nanoTime() / 1_000_000);
                            if (context.attempt() <= context.setting("fail_count", 0)) {
                                throw new IOException("attempt " + context.attempt());
                            }
                            return context.attempt();
                        });
    }

    @Test
    @DisplayName("S0-01, S0-23, S0-27 test_retry_after_transient_failure, retry_mechanics_test")
    void a_step_that_fails_twice_succeeds_on_its_third_attempt(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis)) {
            RunView run = stack.run(template("retry_mechanics_test.yaml"), null);

            StepView step = run.steps().getFirst();
            assertThat(run.state()).isEqualTo(RunState.COMPLETED);
            assertThat(step.attempt()).isEqualTo(3);
            assertThat(step.failures()).isEqualTo(2);
            assertThat(step.output().path("attempts_before_success").asInt()).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("S0-02, S0-28 test_retry_exhaustion_leads_to_error, retry_exhaustion_test")
    void a_step_that_always_fails_is_tried_three_times(TestRedis redis) throws Exception {
        Workflow workflow = template("retry_exhaustion_test.yaml");
        try (Stack stack = Stack.start(redis)) {
            RunView run = stack.run(workflow, null);
            Stack.pass(Duration.ofMillis(300));

            StepView step = stack.client().show(run.id()).orElseThrow().steps().getFirst();
            assertThat(run.state()).isEqualTo(RunState.FAILED);
            assertThat(run.why()).hasValueSatisfying(why -> assertThat(why).contains("blocked"));
            assertThat(step.state()).isEqualTo(StepStatus.DEAD);
            assertThat(step.failures()).isEqualTo(3);
            assertThat(step.error().orElseThrow().message()).contains("attempt 3");
            DeadLetter letter = stack.client().deadLetters().list(10).getFirst().letter();
            assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.ATTEMPTS_EXHAUSTED);
            assertThat(letter.failures()).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("S0-03 test_waiting_for_retry_state_transition")
    void a_retried_step_runs_waits_is_ready_and_runs_again(TestRedis redis) throws Exception {
        Workflow workflow = failing("fail-n-times", 1, 3);
        try (Stack stack = Stack.start(redis)) {
            RunId run = stack.run(workflow, null).id();

            List<HistoryEntry> history =
                    stack.client().runs().history(run).stream()
                            .filter(entry -> entry.step().isPresent())
                            .toList();
            assertThat(history)
                    .extracting(HistoryEntry::state)
                    .containsExactly(
                            "READY",
                            "RUNNING",
                            "WAITING_FOR_RETRY",
                            "READY",
                            "RUNNING",
                            "SUCCEEDED");
        }
    }

    @Test
    void a_step_that_succeeded_at_last_shows_no_error_but_its_history_does(TestRedis redis)
            throws Exception {
        try (Stack stack = Stack.start(redis)) {
            RunView run = stack.run(failing("fail-n-times", 1, 3), null);

            StepView step = run.steps().getFirst();
            assertThat(step.failures()).isOne();
            assertThat(step.error()).isEmpty();
            assertThat(stack.client().runs().history(run.id()))
                    .anyMatch(entry -> entry.details().containsKey("error"));
        }
    }

    @Test
    @DisplayName("S0-04, S0-10 test_backoff_timing_respected, never early")
    void attempts_are_as_far_apart_as_the_policy_says(TestRedis redis) throws Exception {
        Workflow workflow = failing("timed", 3, 5);
        try (Stack stack = Stack.start(redis, timed())) {
            stack.run(workflow, null);
        }
        List<Long> nominal = List.of(50L, 100L, 200L);
        assertThat(invocations).hasSize(4);
        for (int i = 0; i < nominal.size(); i++) {
            assertThat(invocations.get(i + 1) - invocations.get(i))
                    .as("gap %d", i + 1)
                    .isBetween(nominal.get(i) - 1, nominal.get(i) * 3 / 2 + TOLERANCE_MILLIS);
        }
    }

    @Test
    @DisplayName("S0-05 test_mixed_workflow_with_retries")
    void a_join_waits_for_the_branch_that_is_retried(TestRedis redis) throws Exception {
        Workflow diamond =
                Workflow.builder("mixed")
                        .step("start", s -> s.handler("echo"))
                        .step("fast", s -> s.handler("timed").after("start"))
                        .step(
                                "slow",
                                s ->
                                        s.handler(FLAKY)
                                                .setting("fail_count", 2)
                                                .backoff(Backoff.FIXED, BASE)
                                                .after("start"))
                        .step("join", s -> s.handler("echo").after("fast", "slow"))
                        .build();
        try (Stack stack = Stack.start(redis, timed())) {
            RunView run = stack.run(diamond, "input");

            Instant slow = run.steps().get(2).to().orElseThrow();
            assertThat(run.state()).isEqualTo(RunState.COMPLETED);
            assertThat(run.steps().get(2).attempt()).isEqualTo(3);
            assertThat(run.steps().get(3).to().orElseThrow()).isAfterOrEqualTo(slow);
            assertThat(run.output().path("slow").path("attempts_before_success").asInt())
                    .isEqualTo(3);
            assertThat(invocations).as("calls of the fast branch").hasSize(1);
        }
    }

    @Test
    @DisplayName("S0-21, S0-22: one handler under two names, with the settings of each step")
    void settings_are_those_of_the_step_that_runs(TestRedis redis) throws Exception {
        Workflow workflow =
                Workflow.builder("names")
                        .step("a", s -> quick(s, "fail-n-times", 0))
                        .step("b", s -> quick(s, FLAKY, 2))
                        .step("c", s -> quick(s, FLAKY, 1))
                        .build();
        try (Stack stack = Stack.start(redis)) {
            assertThat(stack.run(workflow, null).steps())
                    .extracting(StepView::attempt)
                    .containsExactly(1, 3, 2);
        }
    }

    @ParameterizedTest(name = "retryable {0}, max_attempts {1}: {2} executions")
    @DisplayName("S0-U1 max_attempts counts the first execution")
    @CsvSource({
        "true, 0, 0",
        "false, 0, 0",
        "true, 1, 1",
        "false, 1, 1",
        "true, 3, 3",
        "false, 3, 1"
    })
    void max_attempts_counts_the_first(boolean retryable, int most, int calls, TestRedis redis)
            throws Exception {
        Workflow.Builder builder =
                Workflow.builder("matrix")
                        .step(
                                "only",
                                s -> quick(s, "timed", 100).retryable(retryable).maxAttempts(most));
        if (calls == 0) {
            assertThatThrownBy(builder::build)
                    .isInstanceOf(InvalidWorkflowException.class)
                    .hasMessageContaining("max_attempts");
            return;
        }
        try (Stack stack = Stack.start(redis, timed())) {
            assertThat(stack.run(builder.build(), null).state()).isEqualTo(RunState.FAILED);
        }
        assertThat(invocations).hasSize(calls);
    }

    @Test
    @DisplayName("S3-03, S3-04 up to 4 retries with growing delay, then the dead letters")
    void a_preset_of_five_attempts_doubles_its_delay(TestRedis redis) throws Exception {
        Workflow workflow =
                Workflow.builder("preset")
                        .step(
                                "only",
                                s ->
                                        s.handler("timed")
                                                .setting("fail_count", 100)
                                                .maxAttempts(5)
                                                .backoff(
                                                        Backoff.EXPONENTIAL,
                                                        Duration.ofMillis(100)))
                        .build();
        try (Stack stack = Stack.start(redis, timed())) {
            RunView run = stack.run(workflow, Map.of("a", 1));

            assertThat(run.state()).isEqualTo(RunState.FAILED);
            assertThat(invocations).hasSize(5);
            List<Long> gaps = new ArrayList<>();
            for (int i = 1; i < invocations.size(); i++) {
                gaps.add(invocations.get(i) - invocations.get(i - 1));
            }
            for (int i = 0; i < gaps.size(); i++) {
                assertThat(gaps.get(i)).isGreaterThanOrEqualTo((100L << i) - 1);
                assertThat(gaps.get(i)).isLessThan((150L << i) + TOLERANCE_MILLIS);
            }
            DeadLetter letter = stack.client().deadLetters().list(1).getFirst().letter();
            assertThat(letter.attempts() - 1).as("retries").isEqualTo(4);
            assertThat(letter.error().type()).isEqualTo(IOException.class.getName());
        }
    }

    @Test
    @DisplayName("S0-35: a step that hangs longer than its minutes is failed and tried again")
    void a_step_that_hangs_is_failed_as_its_policy_says(TestRedis redis) throws Exception {
        String text =
                """
                name: hanging
                steps:
                - name: only
                  handler: sleep
                  settings: {duration_ms: 60000}
                  lifecycle: {max_steps_in_process_minutes: 0.01}
                  retry: {max_attempts: 2, backoff: immediate}
                """;
        Definition read = new DefinitionReader().read(text, "hanging.yaml");
        try (Stack stack = Stack.start(redis)) {
            RunView run = stack.run(((Definition.Valid) read).workflow(), null);

            StepView step = run.steps().getFirst();
            assertThat(run.state()).isEqualTo(RunState.FAILED);
            assertThat(step.failures()).isEqualTo(2);
            assertThat(step.error().orElseThrow().type()).isEqualTo("TIMEOUT");
        }
    }

    @Test
    @DisplayName("S3-05: 200 steps that fail at once do not come back at once")
    void a_herd_does_not_come_back_at_once(TestRedis redis) throws Exception {
        int herd = 200;
        Workflow.Builder workflow = Workflow.builder("herd");
        for (int i = 0; i < herd; i++) {
            workflow.step(
                    "s" + i,
                    s ->
                            s.handler("timed")
                                    .setting("fail_count", 1)
                                    .backoff(Backoff.JITTERED_EXPONENTIAL, Duration.ofSeconds(20)));
        }
        try (Stack stack = Stack.start(redis, timed())) {
            RunId run = stack.client().submit(workflow.build(), null).id();
            List<StepView> steps = List.of();
            // One whose report came too late, on a stalled machine, has succeeded meanwhile.
            while (steps.isEmpty() || !steps.stream().allMatch(RetriesIT::waitsOrSucceeded)) {
                Stack.pass(Duration.ofMillis(50));
                steps = stack.client().show(run).orElseThrow().steps();
            }
            List<Long> due =
                    steps.stream()
                            .flatMap(step -> step.nextRetryAt().stream())
                            .map(Instant::getEpochSecond)
                            .toList();
            assertThat(due).hasSizeGreaterThan(herd / 2);
            Map<Long, Long> perSecond =
                    due.stream().collect(Collectors.groupingBy(s -> s, Collectors.counting()));
            double mean = due.stream().mapToLong(Long::longValue).average().orElseThrow();
            double variance =
                    due.stream().mapToDouble(s -> (s - mean) * (s - mean)).average().orElseThrow();
            System.out.printf(
                    "[proof] %d retries over %d s, standard deviation %.1f s%n",
                    due.size(), perSecond.size(), Math.sqrt(variance));
            assertThat(Math.sqrt(variance)).isPositive();
            assertThat(perSecond.values()).allMatch(count -> count <= due.size() * 60 / 100);
        }
    }

    private static boolean waitsOrSucceeded(StepView step) {
        return step.nextRetryAt().isPresent() || step.state() == StepStatus.SUCCEEDED;
    }

    private static Workflow failing(String handler, int failures, int most) {
        return Workflow.builder("failing")
                .step(
                        "only",
                        s ->
                                s.handler(handler)
                                        .setting("fail_count", failures)
                                        .maxAttempts(most)
                                        .backoff(Backoff.EXPONENTIAL, BASE)
                                        .cap(CAP.plusMillis(100)))
                .build();
    }

    private static StepDefinition.Builder quick(
            StepDefinition.Builder step, String handler, int failures) {
        return step.handler(handler)
                .setting("fail_count", failures)
                .backoff(Backoff.FIXED, Duration.ofMillis(10));
    }
}
