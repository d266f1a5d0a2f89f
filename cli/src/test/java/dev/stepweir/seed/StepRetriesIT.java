package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@WithRedis
class StepRetriesIT {

    private final List<Long> lines = new CopyOnWriteArrayList<>();

    private static Workflow one(int attempts, Backoff backoff, Duration base) {
        return Workflow.builder("one")
                .step("only", s -> s.handler("work").maxAttempts(attempts).backoff(backoff, base))
                .build();
    }

    private Handlers failing(RuntimeException failure) {
        return new Handlers()
                .add(
                        "work",
                        (input, context) -> {
                            lines.add(System.nanoTime());
                            throw failure;
                        });
    }

    /** What was decided after each failure but the last. */
    private static List<Long> delayMillis(Stack stack, RunId run) {
        return stack.client().runs().history(run).stream()
                .filter(entry -> entry.event().equals("FAILED"))
                .map(entry -> entry.details().get("retry_in_ms"))
                .filter(Objects::nonNull)
                .map(millis -> Long.parseLong(String.valueOf(millis)))
                .toList();
    }

    private List<Long> gapMillis() {
        return IntStream.range(1, lines.size())
                .mapToObj(i -> (lines.get(i) - lines.get(i - 1)) / 1_000_000)
                .toList();
    }

    @Test
    @DisplayName("S2-035 step_retry_respects_max_attempts: 4 attempts, 4 lines")
    void as_many_attempts_as_allowed(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, failing(new IllegalStateException("boom")))) {
            RunView view = stack.run(one(4, Backoff.IMMEDIATE, Duration.ZERO), null);
            assertThat(view.state()).isEqualTo(RunState.FAILED);
            assertThat(lines).hasSize(4);
            assertThat(view.steps().getFirst().failures()).isEqualTo(4);
        }
    }

    @Test
    @DisplayName(
            "S2-036 step_retry_respects_backoff_policy: gaps of 200, 400 and 800 ms and jitter")
    void gaps_follow_the_policy(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, failing(new IllegalStateException("boom")))) {
            RunId run = stack.run(one(4, Backoff.EXPONENTIAL, Duration.ofMillis(200)), null).id();
            List<Long> delays = delayMillis(stack, run);
            List<Long> gaps = gapMillis();
            System.out.println("[proof] delays in ms " + delays + ", gaps " + gaps);
            assertThat(delays).hasSize(3);
            assertThat(gaps).hasSize(3);
            for (int i = 0; i < 3; i++) {
                long nominal = 200L << i;
                assertThat(delays.get(i)).isBetween(nominal, nominal * 3 / 2);
                // What was decided is exact; a busy machine may come to it late.
                assertThat(gaps.get(i)).isBetween(nominal, nominal * 3 / 2 + 3_000);
            }
        }
    }

    @Test
    @DisplayName("S2-037 step_retry_non_retryable_error_stops_immediately: 1 line")
    void a_permanent_error_is_tried_once(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, failing(new PermanentStepException("never")))) {
            RunView view = stack.run(one(4, Backoff.IMMEDIATE, Duration.ZERO), null);
            assertThat(view.state()).isEqualTo(RunState.FAILED);
            assertThat(lines).hasSize(1);
        }
    }

    @Test
    @DisplayName(
            "S2-038 step_retry_at_honored_before_reexecution: orchestrators replaced meanwhile")
    void a_retry_is_not_early_though_orchestrators_come_and_go(TestRedis redis) throws Exception {
        Duration delay = Duration.ofSeconds(1);
        try (Stack stack = Stack.open(redis).reaper()) {
            stack.worker(failing(new IllegalStateException("boom")));
            RunId run = stack.client().submit(one(2, Backoff.FIXED, delay), null).id();
            try (Stack first = Stack.open(redis).orchestrator()) {
                awaitWaiting(first, run);
            }
            stack.orchestrator();
            assertThat(stack.await(run).state()).isEqualTo(RunState.FAILED);
        }
        assertThat(gapMillis()).hasSize(1).allMatch(gap -> gap >= delay.toMillis());
    }

    private static void awaitWaiting(Stack stack, RunId run) throws InterruptedException {
        while (stack.client().show(run).orElseThrow().steps().getFirst().state()
                != StepStatus.WAITING_FOR_RETRY) {
            Stack.pass(Duration.ofMillis(10));
        }
    }
}
