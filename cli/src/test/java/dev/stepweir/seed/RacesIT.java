package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.proof.Audit;
import dev.stepweir.proof.Stack;
import dev.stepweir.redis.script.CancelRun;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.Closing;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Worker;
import dev.stepweir.worker.WorkerConfig;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@WithRedis
class RacesIT {

    private static final int PAIRS = 200;
    private static final Workflow ONE =
            Workflow.builder("one").step("only", s -> s.handler("work")).build();

    private final ConcurrentHashMap<RunId, AtomicInteger> calls = new ConcurrentHashMap<>();

    private Handlers counting() {
        return new Handlers()
                .add(
                        "work",
                        (input, context) ->
                                calls.computeIfAbsent(context.runId(), run -> new AtomicInteger())
                                        .incrementAndGet());
    }

    @Test
    @DisplayName("S2-051 concurrent_poll_same_workflow_only_one_claims: 50 workers, one run")
    void one_of_fifty_workers_gets_a_step(TestRedis redis) throws Exception {
        List<Worker> workers = new ArrayList<>();
        try (Stack stack = Stack.open(redis.uri(), redis.namespace(), 1).orchestrator()) {
            for (int i = 0; i < 50; i++) {
                workers.add(shared(stack));
            }
            for (int i = 0; i < 20; i++) {
                stack.run(ONE, i);
            }
            Closing.together(workers);
        }
        assertThat(calls).hasSize(20).allSatisfy((run, count) -> assertThat(count).hasValue(1));
    }

    private Worker shared(Stack stack) {
        return Worker.builder()
                .namespace(stack.namespace().name())
                .config(WorkerConfig.DEFAULT.withHeartbeat(Duration.ofMillis(200)))
                .handlers(counting())
                .start(stack.redis());
    }

    @Test
    @DisplayName("S2-052 rapid_poll_burst_no_duplicate_claims: 200 runs, 8 workers")
    void no_run_of_a_burst_is_taken_twice(TestRedis redis) throws Exception {
        List<Worker> workers = new ArrayList<>();
        try (Stack stack = Stack.open(redis).orchestrator().reaper()) {
            for (int i = 0; i < 8; i++) {
                workers.add(shared(stack));
            }
            for (RunId run : stack.submit(ONE, 200)) {
                assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
            }
            Audit.nothingIsLeft(stack);
            Closing.together(workers);
        }
        assertThat(calls).hasSize(200).allSatisfy((run, count) -> assertThat(count).hasValue(1));
    }

    @Test
    @DisplayName("S2-057 complete_and_fail_race_one_wins: 200 steps whose time ends as they do")
    void a_step_that_ends_in_time_or_too_late_does_one_of_both(TestRedis redis) throws Exception {
        Duration limit = Duration.ofMillis(30);
        Workflow workflow =
                Workflow.builder("close")
                        .step("only", s -> s.handler("slow").timeout(limit).maxAttempts(1))
                        .build();
        AtomicInteger completed = new AtomicInteger();
        Handlers handlers =
                new Handlers()
                        .add(
                                "slow",
                                (input, context) -> {
                                    Stack.pass(limit.minusMillis(input.asInt() % 3));
                                    return 1;
                                });
        try (Stack stack = Stack.start(redis, handlers)) {
            for (RunId run : stack.submit(workflow, PAIRS)) {
                RunView view = stack.await(run);
                StepView step = view.steps().getFirst();
                boolean won = view.state() == RunState.COMPLETED;
                assertThat(step.state()).isEqualTo(won ? StepStatus.SUCCEEDED : StepStatus.DEAD);
                assertThat(step.output().isNull()).isEqualTo(!won);
                assertThat(endings(stack, run)).containsExactly(won ? "SUCCEEDED" : "FAILED");
                completed.addAndGet(won ? 1 : 0);
            }
            assertThat(stack.client().deadLetters().count()).isEqualTo(PAIRS - completed.get());
            System.out.printf("[proof] complete/fail: %d of %d in time%n", completed.get(), PAIRS);
        }
    }

    @Test
    @DisplayName("S2-058 cancel_during_completion_race: 200 pairs")
    void a_cancel_wins_or_the_completion_does(TestRedis redis) throws Exception {
        Random random = new Random(11);
        int cancelled = 0;
        try (Stack stack = Stack.start(redis, counting())) {
            for (int i = 0; i < PAIRS; i++) {
                RunId run = stack.client().submit(ONE, i).id();
                Stack.pass(Duration.ofMillis(random.nextInt(4)));
                CancelRun.Outcome outcome = stack.client().runs().cancel(run, "ada", "");
                RunView view = stack.await(run);

                boolean won = outcome == CancelRun.Outcome.CANCELLED;
                assertThat(view.state()).isEqualTo(won ? RunState.CANCELLED : RunState.COMPLETED);
                assertThat(view.steps().getFirst().state() == StepStatus.SUCCEEDED).isEqualTo(!won);
                assertThat(stack.client().runs().history(run))
                        .extracting(HistoryEntry::event)
                        .contains(won ? "CANCELLED" : "COMPLETED")
                        .doesNotContain(won ? "COMPLETED" : "CANCELLED");
                cancelled += won ? 1 : 0;
            }
            Audit.nothingIsLeft(stack);
        }
        System.out.printf("[proof] cancel/complete: %d of %d cancelled%n", cancelled, PAIRS);
    }

    private static List<String> endings(Stack stack, RunId run) {
        return stack.client().runs().history(run).stream()
                .filter(entry -> entry.step().isPresent())
                .map(HistoryEntry::event)
                .filter(event -> event.equals("SUCCEEDED") || event.equals("FAILED"))
                .toList();
    }
}
