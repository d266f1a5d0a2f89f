package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.breaker.Breaker;
import dev.stepweir.breaker.BreakerState;
import dev.stepweir.failure.RetryAfterException;
import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.BreakerPolicy;
import dev.stepweir.workflow.Workflow;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Races around circuit breakers that others had to fix, with all roles at work. */
@WithRedis
class BreakerRacesIT {

    private static final Workflow CALL = call(5, Duration.ofMinutes(1));

    /** The runs whose calls have begun, in order. */
    private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();

    private volatile Call service = input -> "ok";

    /** What the dependency does with a call. */
    private interface Call {
        Object answer(Object input) throws Exception;
    }

    private static Workflow call(int failures, Duration openFor) {
        return Workflow.builder("call")
                .step(
                        "call",
                        s ->
                                s.handler("call")
                                        .maxAttempts(1)
                                        .breaker(new BreakerPolicy("api", failures, openFor)))
                .build();
    }

    private Stack start(TestRedis redis) {
        return Stack.start(
                redis,
                new Handlers()
                        .add(
                                "call",
                                (input, context) -> {
                                    calls.add(context.runId().text());
                                    return service.answer(input);
                                }));
    }

    private static Breaker api(Stack stack) {
        return stack.client().breakers().show("api").breaker();
    }

    private static void awaitState(Stack stack, BreakerState state) {
        await().atMost(Stack.SOON).until(() -> api(stack).state() == state);
    }

    private static void awaitParked(Stack stack, RunId run) {
        await().atMost(Stack.SOON)
                .until(() ->
                        stack.client().show(run).orElseThrow().steps().getFirst().state()
                                == StepStatus.PARKED);
    }

    private static Object refuse(Object input) throws IOException {
        throw new IOException("connection refused: " + input);
    }

    @Test
    @DisplayName("S3-06, S3-07, B9, U1: the sixth call is not made")
    void after_five_failures_nothing_is_called_and_nothing_charged(TestRedis redis)
            throws Exception {
        service = BreakerRacesIT::refuse;
        try (Stack stack = start(redis)) {
            for (int i = 0; i < 5; i++) {
                assertThat(stack.run(CALL, i).state()).isEqualTo(RunState.FAILED);
            }
            awaitState(stack, BreakerState.OPEN);

            RunId sixth = stack.client().submit(CALL, 6).id();
            awaitParked(stack, sixth);
            assertThat(calls).hasSize(5);
            assertThat(stack.client().show(sixth).orElseThrow().steps().getFirst().failures())
                    .isZero();

            service = input -> "ok";
            stack.client().breakers().close("api", "ann", "mended");
            assertThat(stack.await(sixth).state()).isEqualTo(RunState.COMPLETED);
            await().atMost(Stack.SOON).until(() -> stack.client().breakers().list().isEmpty());
        }
    }

    @Test
    @DisplayName("U1: (f) a dependency that fails every other time opens its breaker too")
    void half_of_a_worker_s_calls_are_too_many(TestRedis redis) throws Exception {
        service = input -> Integer.parseInt(String.valueOf(input)) % 2 == 0 ? refuse(input) : "ok";
        try (Stack stack = start(redis)) {
            for (int i = 0; i < 20; i++) {
                var unused = stack.run(CALL, i);
            }
            awaitState(stack, BreakerState.OPEN);

            assertThat(api(stack).why()).startsWith("half of the last 20 calls");
        }
    }

    @Test
    @DisplayName("U1: (e) rate-limit and authorisation answers do not count as outage")
    void a_dependency_that_refuses_is_not_down(TestRedis redis) throws Exception {
        try (Stack stack = start(redis)) {
            service =
                    input -> {
                        throw new RetryAfterException("429", Duration.ofSeconds(1));
                    };
            for (int i = 0; i < 6; i++) {
                var unused = stack.run(CALL, i);
            }
            service =
                    input -> {
                        throw new PermanentStepException("401 Unauthorized");
                    };
            for (int i = 0; i < 6; i++) {
                var unused = stack.run(CALL, i);
            }

            assertThat(calls).hasSize(12);
            assertThat(stack.client().breakers().list()).isEmpty();
        }
    }

    @Test
    @DisplayName("U1: (d) a cancelled probe returns to open, and another one is made")
    void a_probe_whose_run_is_cancelled_is_followed_by_another(TestRedis redis) throws Exception {
        Workflow workflow = call(1, Duration.ofMillis(300));
        service = BreakerRacesIT::refuse;
        try (Stack stack = start(redis)) {
            var unused = stack.run(workflow, 0);
            awaitState(stack, BreakerState.OPEN);
            service =
                    input -> {
                        Stack.pass(Duration.ofMinutes(10));
                        return "late";
                    };
            calls.clear();
            List<RunId> runs = stack.submit(workflow, 3);
            String probe = calls.poll(60, TimeUnit.SECONDS);
            assertThat(api(stack).state()).isEqualTo(BreakerState.HALF_OPEN);
            assertThat(calls).as("one probe").isEmpty();

            service = input -> "ok";
            var cancelled = stack.client().runs().cancel(new RunId(probe), "ann", "enough");
            for (RunId run : runs) {
                RunState end = run.text().equals(probe) ? RunState.CANCELLED : RunState.COMPLETED;
                assertThat(stack.await(run).state()).as("%s", cancelled).isEqualTo(end);
            }
            await().atMost(Stack.SOON).until(() -> stack.client().breakers().list().isEmpty());
        }
    }

    @Test
    @DisplayName("U1: (i) a dead letter that is retried waits at an open breaker")
    void a_redriven_step_respects_the_breaker(TestRedis redis) throws Exception {
        service =
                input -> {
                    throw new PermanentStepException("bad request");
                };
        try (Stack stack = start(redis)) {
            RunId run = stack.client().submit(CALL, 1).id();
            assertThat(stack.await(run).state()).isEqualTo(RunState.FAILED);
            stack.client().breakers().open("api", "ann", "maintenance");
            service = input -> "ok";
            calls.clear();

            var redriven = stack.client().deadLetters().redrive(run + "/call", "ann", "mended");
            awaitParked(stack, run);
            assertThat(calls).as("%s", redriven).isEmpty();
            assertThat(api(stack).state()).isEqualTo(BreakerState.FORCED_OPEN);

            stack.client().breakers().reset("api", "ann", "done");
            assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
            assertThat(stack.client().runs().history(run).stream().map(HistoryEntry::event))
                    .containsSubsequence("PARKED", "RELEASED");
        }
    }

    @Test
    void a_worker_that_met_no_step_with_a_breaker_does_not_ask_for_breakers(TestRedis redis)
            throws Exception {
        Workflow free = Workflow.builder("free").step("call", s -> s.handler("call")).build();
        try (Stack stack = start(redis)) {
            var unused = stack.run(free, 1);
            String channel = stack.namespace().keys(0).breakerChannel();
            assertThat(listeners(stack, channel)).isZero();

            var guarded = stack.run(CALL, 1);
            await().atMost(Stack.SOON)
                    .until(() -> listeners(stack, channel) == 1 && guarded != null);
        }
    }

    private static long listeners(Stack stack, String channel) {
        return RedisFutures.join(stack.redis().commands().pubsubNumsub(Bytes.of(channel)))
                .values()
                .stream()
                .mapToLong(Long::longValue)
                .sum();
    }
}
