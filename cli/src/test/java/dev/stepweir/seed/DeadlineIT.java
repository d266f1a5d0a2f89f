package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.StepContext;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.resume.ResumeOptions;
import dev.stepweir.operator.resume.ResumeOutcome;
import dev.stepweir.proof.Stack;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.script.PauseRun;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A run that must have ended by some time, wherever it is when that has come. */
@WithRedis
class DeadlineIT {

    private static final Duration TWO_SECONDS = Duration.ofSeconds(2);

    /** Until a failure is seen of which an orchestrator on a busy machine is told late. */
    private static final Duration SLACK = Duration.ofSeconds(5);

    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);
    private final AtomicInteger calls = new AtomicInteger();

    private Handlers handlers() {
        return new Handlers()
                .add("hold", this::hold)
                .add(
                        "fail",
                        (input, context) -> {
                            throw new IOException("down");
                        })
                .add("late-once", this::lateOnce);
    }

    private @Nullable Object hold(@Nullable Object input, StepContext context)
            throws InterruptedException {
        try {
            never.await();
        } catch (InterruptedException e) {
            assertThat(context.isCancelled()).isTrue();
            interrupted.countDown();
            throw e;
        }
        return "held";
    }

    private @Nullable Object lateOnce(@Nullable Object input, StepContext context)
            throws InterruptedException {
        return calls.incrementAndGet() == 1 ? hold(input, context) : "in time";
    }

    private static Workflow.Builder workflow(String handler) {
        return Workflow.builder(handler)
                .timeout(TWO_SECONDS)
                .step(
                        "only",
                        s ->
                                s.handler(handler)
                                        .maxAttempts(2)
                                        .backoff(Backoff.FIXED, Duration.ofMinutes(10)));
    }

    /** Submits, waits until the run is where it is to be, and then for its end. */
    private static RunView late(Stack stack, Workflow workflow, Predicate<RunView> there)
            throws InterruptedException {
        RunId run = stack.client().submit(workflow, 1).id();
        await().pollInterval(Duration.ofMillis(20)).until(() -> there.test(show(stack, run)));
        return stack.await(run);
    }

    private static RunView show(Stack stack, RunId run) {
        return stack.client().show(run).orElseThrow();
    }

    private static Predicate<RunView> step(StepStatus state) {
        return run -> run.steps(state) == 1;
    }

    private static void isLate(Stack stack, RunView run) {
        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.why()).contains("deadline");
        Instant due = run.started().orElseThrow().plus(TWO_SECONDS);
        assertThat(run.deadline()).contains(due);
        assertThat(run.finished().orElseThrow()).isBetween(due, due.plus(SLACK));
        assertThat(stack.client().runs().history(run.id()))
                .extracting(HistoryEntry::event)
                .endsWith("DEADLINE", "FAILED");
    }

    @Test
    @DisplayName("S2-020: workflow_timeout_triggers_failure: while a worker executes")
    void a_run_that_is_executed_fails_and_its_worker_is_told(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, handlers())) {
            RunView run = late(stack, workflow("hold").build(), step(StepStatus.RUNNING));

            isLate(stack, run);
            assertThat(interrupted.await(10, TimeUnit.SECONDS)).as("interrupted").isTrue();
            assertThat(show(stack, run.id()).steps().getFirst().output().isNull()).isTrue();
        }
    }

    @Test
    @DisplayName("S2-020: workflow_timeout_triggers_failure: while it waits for a retry")
    void a_run_whose_step_waits_for_a_retry_fails(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, handlers())) {
            isLate(
                    stack,
                    late(stack, workflow("fail").build(), step(StepStatus.WAITING_FOR_RETRY)));
        }
    }

    @Test
    @DisplayName("S2-020: workflow_timeout_triggers_failure: while it waits for its own retry")
    void a_run_that_waits_for_its_next_attempt_fails(TestRedis redis) throws Exception {
        Workflow again =
                Workflow.builder("again")
                        .timeout(TWO_SECONDS)
                        .retry(r -> r.maxAttempts(2).backoff(Backoff.FIXED, Duration.ofMinutes(10)))
                        .step("only", s -> s.handler("fail").maxAttempts(1))
                        .build();
        try (Stack stack = Stack.start(redis, handlers())) {
            isLate(stack, late(stack, again, run -> run.nextRetryAt().isPresent()));
        }
    }

    @Test
    @DisplayName("S2-020: workflow_timeout_triggers_failure: while it is parked")
    void a_run_whose_step_is_parked_fails(TestRedis redis) throws Exception {
        Workflow parked =
                Workflow.builder("parked")
                        .timeout(TWO_SECONDS)
                        .step("only", s -> s.handler("hold").breaker("api"))
                        .build();
        try (Stack stack = Stack.start(redis, handlers())) {
            var opened = stack.client().breakers().open("api", "ada", "closed for today");
            assertThat(opened).isNotNull();
            isLate(stack, late(stack, parked, step(StepStatus.PARKED)));
        }
    }

    @Test
    @DisplayName("S2-020: workflow_timeout_triggers_failure: while it is paused")
    void a_run_that_is_paused_fails(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, handlers())) {
            RunView run =
                    late(
                            stack,
                            workflow("fail").build(),
                            seen ->
                                    stack.client().runs().pause(seen.id(), "ada", "wait")
                                            == PauseRun.Outcome.ALREADY);
            isLate(stack, run);
        }
    }

    @Test
    void a_lost_timer_is_set_again_also_of_a_paused_run(TestRedis redis) throws Exception {
        try (Stack stack = Stack.open(redis).orchestrator()) {
            RunId run = stack.client().submit(workflow("hold").build(), 1).id();
            await().until(() -> show(stack, run).deadline().isPresent());
            assertThat(stack.client().runs().pause(run, "ada", "wait"))
                    .isEqualTo(PauseRun.Outcome.PAUSED);
            Keys keys = stack.namespace().keys(run);
            assertThat(redis.commands().del(keys.timers())).isOne();

            isLate(stack, stack.await(run));
        }
    }

    @Test
    void a_late_run_that_is_resumed_has_its_whole_time_again(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, handlers())) {
            RunView run = late(stack, workflow("late-once").build(), step(StepStatus.RUNNING));
            isLate(stack, run);
            assertThat(stack.client().explanations().explain(run.id()).orElseThrow().toString())
                    .contains("did not end within 2000 ms");

            assertThat(
                            stack.client()
                                    .resumes()
                                    .resume(run.id(), ResumeOptions.PENDING_ONLY, "ada", ""))
                    .isInstanceOf(ResumeOutcome.Resumed.class);

            RunView resumed = stack.await(run.id());
            assertThat(resumed.state()).isEqualTo(RunState.COMPLETED);
            assertThat(resumed.deadline().orElseThrow()).isAfter(run.deadline().orElseThrow());
            assertThat(calls).hasValue(2);
        }
    }

    @Test
    void the_timer_of_a_run_that_ended_in_time_goes_when_it_is_due(TestRedis redis)
            throws Exception {
        Workflow quick =
                Workflow.builder("quick")
                        .timeout(Duration.ofSeconds(1))
                        .step("only", s -> s.handler("quick"))
                        .build();
        Handlers handlers = new Handlers().add("quick", (input, context) -> 1);
        try (Stack stack = Stack.start(redis, handlers)) {
            RunView run = stack.run(quick, 1);

            assertThat(run.state()).isEqualTo(RunState.COMPLETED);
            Keys keys = stack.namespace().keys(run.id());
            String timer = RunDeadline.timer(run.id());
            await().until(() -> redis.commands().zscore(keys.timers(), timer) == null);
            assertThat(show(stack, run.id())).isEqualTo(run);
        }
    }
}
