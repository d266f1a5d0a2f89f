package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.operator.Attribution;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.proof.Stack;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.script.PurgeLetter;
import dev.stepweir.redis.script.RedriveStep;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A run that failed is tried again, as its workflow says. */
@WithRedis
class RunRetriesIT {

    private static final Attribution BY_ADA = new Attribution("ada", "");

    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    private final List<Long> failures = new CopyOnWriteArrayList<>();
    private volatile Exception down = new IOException("down");

    /** Two attempts of the second step in each attempt of the run. */
    private static Workflow chain(int attempts, Duration delay) {
        return Workflow.builder("chain")
                .retry(r -> r.maxAttempts(attempts).backoff(Backoff.EXPONENTIAL, delay))
                .step("first", s -> s.handler("count"))
                .step(
                        "second",
                        s ->
                                s.handler("flaky")
                                        .maxAttempts(2)
                                        .backoff(Backoff.IMMEDIATE)
                                        .after("first"))
                .step("third", s -> s.handler("count").after("second"))
                .build();
    }

    private Handlers flaky(int failing, Exception failure) {
        down = failure;
        return new Handlers()
                .add("count", (input, context) -> count(context.step()))
                .add(
                        "flaky",
                        (input, context) -> {
                            if (count(context.step()) <= failing) {
                                failures.add(System.nanoTime() / 1_000_000);
                                throw down;
                            }
                            return "done";
                        });
    }

    private int count(String step) {
        return calls.computeIfAbsent(step, s -> new AtomicInteger()).incrementAndGet();
    }

    private int calls(String step) {
        return calls.getOrDefault(step, new AtomicInteger()).get();
    }

    @Test
    @DisplayName("S2-060: workflow_retry_policy_applied_on_failure")
    void workflow_retry_policy_applied_on_failure(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, flaky(3, new IOException("down")))) {
            RunView run = stack.run(chain(2, Duration.ofMillis(50)), "x");

            assertThat(run.state()).isEqualTo(RunState.COMPLETED);
            assertThat(run.attempt()).isEqualTo(2);
            assertThat(calls("first")).isOne();
            assertThat(calls("second")).isEqualTo(4);
            assertThat(calls("third")).isOne();
            assertThat(run.steps()).extracting(StepView::attempt).containsExactly(1, 4, 1);
            assertThat(stack.client().deadLetters().list(10)).isEmpty();
        }
    }

    @Test
    @DisplayName("S2-061: workflow_retry_increments_attempt_counter")
    void workflow_retry_increments_attempt_counter(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, flaky(5, new IOException("down")))) {
            RunId id = waiting(stack, 3);
            RunView waiting = stack.client().show(id).orElseThrow();
            assertThat(waiting.state()).isEqualTo(RunState.RUNNING);
            assertThat(waiting.attempt()).isOne();
            comesDue(redis, stack, id, 2);
            await().atMost(Stack.SOON)
                    .until(() -> {
                        RunView again = stack.client().show(id).orElseThrow();
                        return again.attempt() == 2 && again.nextRetryAt().isPresent();
                    });
            comesDue(redis, stack, id, 3);

            RunView run = stack.await(id);
            assertThat(run.attempt()).isEqualTo(3);
            assertThat(run.nextRetryAt()).isEmpty();
            assertThat(stack.client().runs().history(id))
                    .filteredOn(entry -> entry.event().equals("RUN_RETRIED"))
                    .extracting(entry -> String.valueOf(entry.details().get("attempt")))
                    .containsExactly("2", "3");
        }
    }

    @Test
    @DisplayName("S2-062: workflow_retry_exhausted_marks_failed")
    void workflow_retry_exhausted_marks_failed(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, flaky(1_000, new IOException("down")))) {
            RunView run = stack.run(chain(3, Duration.ofMillis(50)), null);

            assertThat(run.state()).isEqualTo(RunState.FAILED);
            assertThat(run.attempt()).isEqualTo(3);
            assertThat(calls("second")).isEqualTo(6);
            assertThat(stack.client().deadLetters().list(10))
                    .singleElement()
                    .satisfies(letter -> {
                        assertThat(letter.letter().reason())
                                .isEqualTo(DeadLetter.Reason.ATTEMPTS_EXHAUSTED);
                        assertThat(letter.letter().attempts()).isEqualTo(6);
                    });
        }
    }

    @Test
    @DisplayName("S2-063, R3: workflow_retry_delay_respected")
    void workflow_retry_delay_respected(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, flaky(1_000, new IOException("down")))) {
            RunId run = stack.run(chain(3, Duration.ofMillis(300)), null).id();
            List<Long> delays =
                    stack.client().runs().history(run).stream()
                            .filter(entry -> entry.event().equals("RUN_WAITS"))
                            .map(entry -> String.valueOf(entry.details().get("retry_in_ms")))
                            .map(Long::parseLong)
                            .toList();
            assertThat(delays).hasSize(2);
            assertThat(delays.getFirst()).isBetween(300L, 450L);
            assertThat(delays.getLast()).isBetween(600L, 900L);
        }
        // What was decided is exact; a busy machine may come to it late.
        assertThat(failures).hasSize(6);
        assertThat(failures.get(2) - failures.get(1)).isBetween(299L, 450L + 3_000);
        assertThat(failures.get(4) - failures.get(3)).isBetween(599L, 900L + 3_000);
    }

    @Test
    void what_trying_again_cannot_help_fails_the_run_at_once(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, flaky(1_000, new PermanentStepException("no")))) {
            RunView run = stack.run(chain(3, Duration.ofMillis(50)), null);

            assertThat(run.state()).isEqualTo(RunState.FAILED);
            assertThat(run.attempt()).isOne();
            assertThat(calls("second")).isOne();
        }
    }

    @Test
    void a_run_without_a_policy_is_tried_once(TestRedis redis) throws Exception {
        Workflow plain =
                Workflow.builder("plain")
                        .step("second", s -> s.handler("flaky").backoff(Backoff.NONE))
                        .build();
        try (Stack stack = Stack.start(redis, flaky(1, new IOException("down")))) {
            assertThat(stack.run(plain, null).state()).isEqualTo(RunState.FAILED);
        }
    }

    @Test
    void all_steps_of_a_wide_run_that_died_are_tried_again(TestRedis redis) throws Exception {
        Workflow.Builder wide =
                Workflow.builder("wide").retry(r -> r.maxAttempts(2).backoff(Backoff.IMMEDIATE));
        for (int i = 0; i < 150; i++) {
            wide.step("s" + i, s -> s.handler("once").backoff(Backoff.NONE));
        }
        Handlers handlers =
                new Handlers()
                        .add(
                                "once",
                                (input, context) -> {
                                    if (count(context.step()) == 1) {
                                        throw new IOException("the first time");
                                    }
                                    return null;
                                });
        try (Stack stack = Stack.start(redis, handlers)) {
            RunView run = stack.run(wide.build(), null);

            assertThat(run.state()).isEqualTo(RunState.COMPLETED);
            assertThat(run.attempt()).isEqualTo(2);
            assertThat(calls.values()).allMatch(count -> count.get() == 2);
            assertThat(stack.client().deadLetters().list(10)).isEmpty();
        }
    }

    @Test
    void a_run_that_waits_is_explained_and_survives_the_loss_of_its_timer(TestRedis redis)
            throws Exception {
        try (Stack stack = Stack.start(redis, flaky(2, new IOException("down")))) {
            RunId run = stack.client().submit(chain(2, Duration.ofSeconds(2)), null).id();
            while (stack.client().show(run).orElseThrow().nextRetryAt().isEmpty()) {
                Stack.pass(Duration.ofMillis(10));
            }
            String told =
                    stack.client()
                            .explanations()
                            .explain(run)
                            .orElseThrow()
                            .cause()
                            .orElseThrow()
                            .sentence();
            assertThat(told).contains("dead steps block the run", "attempt 2");

            redis.commands().del(stack.namespace().keys(run).timers());
            assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
        }
    }

    @Test
    void what_nothing_can_help_when_the_time_comes_is_not_tried_again(TestRedis redis)
            throws Exception {
        try (Stack stack = Stack.start(redis, flaky(1_000, new IOException("down")))) {
            RunId purged = waiting(stack, 2);
            assertThat(stack.client().deadLetters().purge(purged + "/second", BY_ADA))
                    .isEqualTo(PurgeLetter.Outcome.PURGED);
            comesDue(redis, stack, purged, 2);
            assertThat(stack.await(purged).state()).isEqualTo(RunState.FAILED);

            RunId dead = waiting(stack, 2);
            down = new PermanentStepException("no");
            assertThat(stack.client().deadLetters().redrive(dead + "/second", "ada", ""))
                    .isEqualTo(RedriveStep.Outcome.PUBLISHED);
            await().until(() -> second(stack, dead).state() == StepStatus.DEAD);
            comesDue(redis, stack, dead, 2);
            assertThat(stack.await(dead).state()).isEqualTo(RunState.FAILED);

            for (RunId run : List.of(purged, dead)) {
                assertThat(stack.client().show(run).orElseThrow().attempt()).isOne();
                assertThat(stack.client().runs().history(run))
                        .extracting(HistoryEntry::event)
                        .contains("RUN_GIVEN_UP")
                        .doesNotContain("RUN_RETRIED");
            }
            assertThat(calls("second")).as("two of each, and the redriven one").isEqualTo(5);
        }
    }

    private static StepView second(Stack stack, RunId run) {
        return stack.client().show(run).orElseThrow().steps().get(1);
    }

    /** A run that is not tried again before it is told. */
    private static RunId waiting(Stack stack, int attempts) {
        RunId run = stack.client().submit(chain(attempts, Duration.ofHours(1)), null).id();
        await().atMost(Stack.SOON)
                .until(() -> stack.client().show(run).orElseThrow().nextRetryAt().isPresent());
        return run;
    }

    private static void comesDue(TestRedis redis, Stack stack, RunId run, int attempt) {
        Keys keys = stack.namespace().keys(run);
        String due = new RunRetry(attempt, 1).toString();
        redis.commands().hset(keys.run(run), RunRetry.WAITS_FOR, due);
        redis.commands().zadd(keys.timers(), 1, run.text());
    }

    @Test
    void a_run_that_is_cancelled_while_it_waits_stays_cancelled(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, flaky(1_000, new IOException("down")))) {
            RunId run = waiting(stack, 2);
            stack.client().runs().cancel(run, "ada", "");
            comesDue(redis, stack, run, 2);
            // Whoever looked at it because it is due has removed its timer.
            Keys keys = stack.namespace().keys(run);
            await().atMost(Stack.SOON).until(() -> redis.commands().zcard(keys.timers()) == 0);

            assertThat(stack.client().show(run).orElseThrow().state())
                    .isEqualTo(RunState.CANCELLED);
            assertThat(calls("second")).isEqualTo(2);
        }
    }
}
