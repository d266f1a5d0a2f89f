package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.proof.Stack;
import dev.stepweir.redis.script.CancelRun;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@WithRedis
class CancelIT {

    private static final Workflow ONE =
            Workflow.builder("one").step("only", s -> s.handler("work")).build();

    private final AtomicInteger calls = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    @Test
    @DisplayName("S2-022 cancel_pending_workflow_succeeds")
    void a_run_that_waits_for_a_worker_is_never_started(TestRedis redis) throws Exception {
        try (Stack stack = Stack.open(redis).orchestrator().reaper()) {
            RunId run = stack.client().submit(ONE, 1).id();
            await().until(() -> state(stack, run) == RunState.RUNNING);

            assertThat(cancel(stack, run)).isEqualTo(CancelRun.Outcome.CANCELLED);
            stack.worker(new Handlers().add("work", (input, context) -> calls.incrementAndGet()));
            RunView other = stack.run(ONE, 2);
            assertThat(other.state()).isEqualTo(RunState.COMPLETED);
            assertThat(calls).as("calls, one of them the other run's").hasValue(1);
            assertThat(state(stack, run)).isEqualTo(RunState.CANCELLED);
        }
    }

    @Test
    @DisplayName("S2-023 cancel_running_workflow_interrupts_execution: a handler that listens")
    void a_handler_that_listens_ends_within_two_seconds(TestRedis redis) throws Exception {
        Handlers handlers =
                new Handlers()
                        .add(
                                "work",
                                (input, context) -> {
                                    begun.countDown();
                                    try {
                                        mayEnd.await();
                                    } catch (InterruptedException e) {
                                        assertThat(context.isCancelled()).isTrue();
                                        interrupted.countDown();
                                        throw e;
                                    }
                                    return 1;
                                });
        try (Stack stack = Stack.start(redis, handlers)) {
            RunId run = stack.client().submit(ONE, 1).id();
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

            assertThat(cancel(stack, run)).isEqualTo(CancelRun.Outcome.CANCELLED);
            assertThat(interrupted.await(2, TimeUnit.SECONDS)).isTrue();
            assertThat(stack.await(run).state()).isEqualTo(RunState.CANCELLED);
        }
    }

    @Test
    @DisplayName("S2-023 cancel_running_workflow_interrupts_execution: a stubborn handler")
    void the_result_of_a_stubborn_handler_is_refused(TestRedis redis) throws Exception {
        CountDownLatch returned = new CountDownLatch(1);
        Handlers handlers =
                new Handlers()
                        .add(
                                "work",
                                (input, context) -> {
                                    begun.countDown();
                                    while (mayEnd.getCount() > 0) {
                                        Thread.onSpinWait();
                                    }
                                    returned.countDown();
                                    return "too late";
                                });
        try (Stack stack = Stack.start(redis, handlers)) {
            RunId run = stack.client().submit(ONE, 1).id();
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

            assertThat(cancel(stack, run)).isEqualTo(CancelRun.Outcome.CANCELLED);
            mayEnd.countDown();
            assertThat(returned.await(30, TimeUnit.SECONDS)).isTrue();
            Stack.pass(Duration.ofMillis(300));
            RunView view = stack.client().show(run).orElseThrow();
            assertThat(view.state()).isEqualTo(RunState.CANCELLED);
            assertThat(view.steps().getFirst().state()).isNotEqualTo(StepStatus.SUCCEEDED);
            assertThat(view.steps().getFirst().output().isNull()).isTrue();
        }
    }

    @Test
    @DisplayName("S2-059: step_complete_during_workflow_cancel")
    void a_result_that_comes_after_a_cancel_is_noted_and_not_applied(TestRedis redis)
            throws Exception {
        Handlers handlers = new Handlers().add("work", (input, context) -> stubborn());
        try (Stack stack = Stack.start(redis, handlers)) {
            RunId run = stack.client().submit(ONE, 1).id();
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(cancel(stack, run)).isEqualTo(CancelRun.Outcome.CANCELLED);
            mayEnd.countDown();

            await().untilAsserted(() ->
                    assertThat(stack.client().runs().history(run))
                            .extracting(HistoryEntry::event)
                            .containsSubsequence("CANCELLED", "LATE_RESULT"));
            HistoryEntry late = stack.client().runs().history(run).getLast();
            assertThat(late.step()).contains("only");
            assertThat(late.details()).containsEntry("dispatch", 1).containsKey("worker");
            RunView view = stack.client().show(run).orElseThrow();
            assertThat(view.state()).isEqualTo(RunState.CANCELLED);
            assertThat(view.steps().getFirst().state()).isEqualTo(StepStatus.CANCELLED);
            assertThat(view.steps().getFirst().output().isNull()).isTrue();
        }
    }

    private String stubborn() {
        begun.countDown();
        while (mayEnd.getCount() > 0) {
            Thread.onSpinWait();
        }
        return "too late";
    }

    @Test
    @DisplayName("S2-025 cancel_completed_workflow_fails")
    void a_completed_run_cannot_be_cancelled(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, quick())) {
            RunView run = stack.run(ONE, 1);

            assertThat(cancel(stack, run.id())).isEqualTo(CancelRun.Outcome.COMPLETED);
            assertThat(stack.client().show(run.id())).contains(run);
        }
    }

    @Test
    @DisplayName("S2-026 cancel_idempotent_on_same_workflow: 100 at once, one event")
    void a_hundred_cancels_are_one(TestRedis redis) throws Exception {
        try (Stack stack = Stack.open(redis).orchestrator();
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            RunId run = stack.client().submit(ONE, 1).id();
            List<Future<CancelRun.Outcome>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(pool.submit(() -> cancel(stack, run)));
            }
            List<CancelRun.Outcome> outcomes = new ArrayList<>();
            for (Future<CancelRun.Outcome> answer : answers) {
                outcomes.add(answer.get());
            }
            assertThat(outcomes).containsOnlyOnce(CancelRun.Outcome.CANCELLED);
            assertThat(outcomes)
                    .containsOnly(CancelRun.Outcome.CANCELLED, CancelRun.Outcome.ALREADY);
            assertThat(stack.client().runs().history(run))
                    .extracting(HistoryEntry::event)
                    .containsOnlyOnce("CANCELLED");
        }
    }

    private Handlers quick() {
        return new Handlers().add("work", (input, context) -> calls.incrementAndGet());
    }

    private static RunState state(Stack stack, RunId run) {
        return stack.client().show(run).orElseThrow().state();
    }

    private static CancelRun.Outcome cancel(Stack stack, RunId run) {
        return stack.client().runs().cancel(run, "ada", "no longer needed");
    }
}
