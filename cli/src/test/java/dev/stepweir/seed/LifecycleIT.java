package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.handler.BuiltInHandlers;
import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.json.Json;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.proof.Audit;
import dev.stepweir.proof.Stack;
import dev.stepweir.redis.script.PurgeRun;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepError;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.InvalidWorkflowException;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@WithRedis
class LifecycleIT {

    private static final Workflow ECHO =
            Workflow.builder("echo").step("only", s -> s.handler("echo")).build();

    @Test
    @DisplayName("S2-014 simple_workflow_completes_successfully")
    void a_simple_workflow_completes(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis)) {
            RunView run = stack.run(ECHO, 1);

            assertThat(run.state()).isEqualTo(RunState.COMPLETED);
            assertThat(stack.client().runs().history(run.id()))
                    .filteredOn(entry -> entry.step().isEmpty())
                    .extracting(HistoryEntry::state)
                    .containsExactly("SUBMITTED", "RUNNING", "COMPLETED");
            Audit.nothingIsLeft(stack);
        }
    }

    @Test
    @DisplayName("S2-015 workflow_with_input_receives_correct_data")
    void input_arrives_as_it_was_sent(TestRedis redis) throws Exception {
        Map<String, Object> input = new HashMap<>();
        input.put("text", "a");
        input.put("whole", 9_007_199_254_740_993L);
        input.put("fraction", 0.1);
        input.put("nothing", null);
        input.put("list", List.of(1, Map.of("deep", List.of(true, "x"))));
        try (Stack stack = Stack.start(redis)) {
            RunView run = stack.run(ECHO, input);

            assertThat(run.input()).isEqualTo(Json.tree(Json.text(input)));
            assertThat(run.output()).isEqualTo(run.input());
        }
    }

    @Test
    @DisplayName("S2-018 workflow_failure_records_error_message")
    void a_failure_says_what_where_and_who(TestRedis redis) throws Exception {
        Handlers handlers =
                new Handlers()
                        .add(
                                "broken",
                                (input, context) -> {
                                    throw new IllegalArgumentException("the disk is full");
                                });
        Workflow workflow =
                Workflow.builder("broken")
                        .step("only", s -> s.handler("broken").maxAttempts(1))
                        .build();
        try (Stack stack = Stack.open(redis).orchestrator()) {
            String worker = stack.worker(handlers).id();

            StepError error = stack.run(workflow, null).steps().getFirst().error().orElseThrow();
            assertThat(error.type()).isEqualTo(IllegalArgumentException.class.getName());
            assertThat(error.message()).isEqualTo("the disk is full");
            assertThat(error.stack()).contains("LifecycleIT").hasSizeLessThan(5_000);
            assertThat(error.attempt()).isEqualTo(1);
            assertThat(error.worker()).isEqualTo(worker);
        }
    }

    @Test
    @DisplayName("S2-021 non_retryable_error_fails_immediately")
    void a_permanent_error_is_not_tried_again(TestRedis redis) throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Handlers handlers =
                new Handlers()
                        .add(
                                "never",
                                (input, context) -> {
                                    calls.incrementAndGet();
                                    throw new PermanentStepException("no such account");
                                });
        Workflow workflow =
                Workflow.builder("never")
                        .step("only", s -> s.handler("never").maxAttempts(5))
                        .build();
        try (Stack stack = Stack.start(redis, handlers)) {
            assertThat(stack.run(workflow, null).state()).isEqualTo(RunState.FAILED);
            assertThat(calls).hasValue(1);
        }
    }

    @Test
    @DisplayName("S2-034 step_id_collision_across_workflows_handled")
    void two_runs_with_the_same_step_do_not_meet(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis)) {
            RunId one = stack.client().submit(ECHO, "one").id();
            RunId other = stack.client().submit(ECHO, "other").id();

            assertThat(stack.await(one).output().asString()).isEqualTo("one");
            assertThat(stack.await(other).output().asString()).isEqualTo("other");
        }
    }

    @Test
    @DisplayName("S2-087 empty_payload_handled: null, {}, [] and \"\" are four values")
    void empty_values_stay_apart(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis)) {
            assertThat(stack.run(ECHO, null).output().isNull()).isTrue();
            for (Object empty : List.of(Map.of(), List.of(), "")) {
                assertThat(Json.text(stack.run(ECHO, empty).output())).isEqualTo(Json.text(empty));
            }
        }
    }

    @Test
    @DisplayName("S2-088 unicode_in_payload_preserved")
    void any_text_comes_back_as_it_went(TestRedis redis) throws Exception {
        String text =
                "a\u0000b \uD83D\uDE80 e\u0301 \u05E9\u05DC\u05D5\u05DD \u202Ex\u202C \u001F\n";
        try (Stack stack = Stack.start(redis)) {
            assertThat(stack.run(ECHO, text).output().asString()).isEqualTo(text);
        }
    }

    @Test
    @DisplayName("S2-100 workflow_with_zero_steps_completes")
    void a_workflow_without_steps_completes(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis)) {
            RunView run = stack.run(Workflow.builder("empty").build(), 1);
            assertThat(run.state()).isEqualTo(RunState.COMPLETED);
        }
    }

    @Test
    @DisplayName("S2-101 workflow_with_100_steps_completes: 100 at once, within 5 s")
    void a_hundred_steps_at_once_complete(TestRedis redis) throws Exception {
        Workflow.Builder parallel = Workflow.builder("parallel");
        for (int i = 0; i < 100; i++) {
            parallel.step("s" + i, s -> s.handler("echo"));
        }
        completes(redis, parallel.build(), Duration.ofSeconds(5));
    }

    @ParameterizedTest(name = "{0} steps")
    @DisplayName("S2-101, S2-106 steps in rapid succession: each follows at once")
    @ValueSource(ints = {100, 500})
    void a_long_chain_loses_no_wake_up(int steps, TestRedis redis) throws Exception {
        Workflow.Builder chain = Workflow.builder("chain").step("s0", s -> s.handler("echo"));
        for (int i = 1; i < steps; i++) {
            String before = "s" + (i - 1);
            chain.step("s" + i, s -> s.handler("echo").after(before));
        }
        completes(redis, chain.build(), Duration.ofMillis(50L * steps));
    }

    @Test
    @DisplayName("more steps may wait for two others than a script takes apart at once")
    void thousands_of_steps_wait_for_two(TestRedis redis) throws Exception {
        Workflow.Builder joins =
                Workflow.builder("joins")
                        .step("a", s -> s.handler("echo"))
                        .step("b", s -> s.handler("echo"));
        for (int i = 0; i < 8_200; i++) {
            joins.step("j" + i, s -> s.handler("echo").after("a", "b"));
        }
        completes(redis, joins.build(), Stack.SOON);
    }

    private static void completes(TestRedis redis, Workflow workflow, Duration limit)
            throws Exception {
        try (Stack stack = Stack.start(redis)) {
            stack.run(ECHO, "warm-up");
            RunView run = stack.run(workflow, "x");

            assertThat(run.state()).isEqualTo(RunState.COMPLETED);
            assertThat(Duration.between(run.submitted(), run.finished().orElseThrow()))
                    .isLessThan(limit);
            assertThat(run.steps())
                    .allMatch(step -> step.state() == StepStatus.SUCCEEDED)
                    .allMatch(step -> step.dispatch() == 1);
        }
    }

    @Test
    @DisplayName("S2-102 very_long_workflow_type_name_accepted: 255 are, 256 are not")
    void a_name_of_255_characters_is_accepted(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis)) {
            Workflow longest =
                    Workflow.builder("n".repeat(255))
                            .step("s".repeat(255), s -> s.handler("echo"))
                            .build();
            assertThat(stack.run(longest, 1).state()).isEqualTo(RunState.COMPLETED);
        }
        assertThatThrownBy(() -> Workflow.builder("n".repeat(256)).build())
                .isInstanceOf(InvalidWorkflowException.class)
                .hasMessageContaining("255");
    }

    @Test
    @DisplayName("S2-109 no_orphaned_payloads_after_workflow_delete")
    void a_purged_run_leaves_nothing_behind(TestRedis redis) throws Exception {
        Workflow workflow =
                Workflow.builder("large")
                        .step("a", s -> s.handler("echo"))
                        .step("b", s -> s.handler("fail-n-times").after("a").maxAttempts(1))
                        .build();
        try (Stack stack = Stack.open(redis.uri(), redis.namespace(), 1)) {
            stack.orchestrator().reaper().worker(new Handlers().addAll(new BuiltInHandlers()));
            stack.client().runs().purge(stack.run(workflow, "warm-up").id());
            Set<String> before = Set.copyOf(redis.state().asMap().keySet());

            RunView failed = stack.run(workflow, "x".repeat(50_000));
            RunView completed = stack.run(ECHO, "x".repeat(50_000));
            assertThat(redis.state().asMap().keySet()).hasSizeGreaterThan(before.size());

            for (RunId run : List.of(failed.id(), completed.id())) {
                assertThat(stack.client().runs().purge(run)).isEqualTo(PurgeRun.Outcome.PURGED);
                assertThat(stack.client().show(run)).isEmpty();
            }
            assertThat(redis.state().asMap().keySet()).isSubsetOf(before);
            assertThat(stack.client().deadLetters().count()).isZero();
        }
    }
}
