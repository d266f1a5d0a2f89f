package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.Handlers;
import dev.stepweir.json.CanonicalJson;
import dev.stepweir.json.Json;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.proof.Stack;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.ClaimKey;
import dev.stepweir.redis.script.KeepResult;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.KeyClaim;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Worker;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A step that declares an idempotency key is executed once for all runs with its input. */
@WithRedis
class SharedStepsIT {

    private static final Workflow CHARGE =
            Workflow.builder("charge")
                    .step(
                            "pay",
                            s ->
                                    s.handler("pay")
                                            .idempotency("charge")
                                            .backoff(Backoff.FIXED, Duration.ofMillis(10)))
                    .build();
    private static final Workflow PLAIN =
            Workflow.builder("plain").step("only", s -> s.handler("plain")).build();

    private final AtomicInteger calls = new AtomicInteger();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final List<Long> tokens = new CopyOnWriteArrayList<>();

    private Handlers paying() {
        return new Handlers()
                .add(
                        "pay",
                        (input, context) -> {
                            keys.add(context.idempotencyKey());
                            tokens.add(context.fencingToken());
                            return Map.of("receipt", calls.incrementAndGet());
                        });
    }

    @Test
    @DisplayName("R7: runs with the same input share one execution and its result")
    void the_same_input_is_executed_once_for_all_runs(TestRedis redis) throws Exception {
        try (Stack stack = Stack.start(redis, paying())) {
            List<RunId> runs = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                runs.add(stack.client().submit(CHARGE, Map.of("order", 7, "n", 1)).id());
            }
            runs.add(stack.client().submit(CHARGE, Json.tree("{\"n\":1,\"order\":7}")).id());
            for (RunId run : runs) {
                RunView view = stack.await(run);
                assertThat(view.state()).isEqualTo(RunState.COMPLETED);
                assertThat(view.output().path("receipt").asInt()).isOne();
                assertThat(view.steps().getFirst().failures()).isZero();
            }
            assertThat(calls).hasValue(1);

            stack.run(CHARGE, Map.of("order", 8));
            assertThat(calls).hasValue(2);
            assertThat(keys).doesNotHaveDuplicates().allMatch(key -> key.startsWith("charge:"));
        }
    }

    @Test
    void who_finds_the_key_held_waits_without_a_slot_or_an_attempt(TestRedis redis)
            throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Handlers slow =
                new Handlers()
                        .add(
                                "pay",
                                (input, context) -> {
                                    begun.countDown();
                                    go.await();
                                    return calls.incrementAndGet();
                                });
        Handlers quick = paying().add("plain", (input, context) -> "done");
        // However long the machine pauses, nothing is taken back: there are no further dispatches.
        try (Stack stack = Stack.open(redis).orchestrator()) {
            stack.worker(Stack.calmWorker(), slow);
            RunId first = stack.client().submit(CHARGE, 1).id();
            begun.await();
            try (Worker narrow =
                    Worker.builder()
                            .namespace(redis.namespace())
                            .concurrency(1)
                            .handlers(quick)
                            .start(stack.redis())) {
                RunId second = awaitPutOff(stack);
                assertThat(stack.run(PLAIN, null).state()).isEqualTo(RunState.COMPLETED);
                StepView waiting = stack.client().show(second).orElseThrow().steps().getFirst();
                assertThat(waiting.failures() + waiting.crashes()).isZero();
                go.countDown();
                RunView view = stack.await(second);
                assertThat(view.output().asInt()).isOne();
                assertThat(view.steps().getFirst().attempt()).isOne();
                assertThat(stack.await(first).output().asInt()).isOne();
                await().until(() -> narrow.inHand() == 0);
            }
        }
        assertThat(calls).hasValue(1);
    }

    /** Submits until one was put off: the slow worker takes some and holds none but the first. */
    private static RunId awaitPutOff(Stack stack) throws InterruptedException {
        RunId run = stack.client().submit(CHARGE, 1).id();
        while (true) {
            StepView step = stack.client().show(run).orElseThrow().steps().getFirst();
            if (step.state() == StepStatus.WAITING_FOR_RETRY) {
                return run;
            }
            Stack.pass(Duration.ofMillis(5));
        }
    }

    @Test
    void a_claim_whose_dispatch_is_over_is_taken_over_with_a_higher_token(TestRedis redis)
            throws Exception {
        try (Stack stack = Stack.start(redis, paying())) {
            ClaimKey.Answer gone = claimForNobody(stack, Json.write(5));

            RunView view = stack.run(CHARGE, 5);

            assertThat(view.state()).isEqualTo(RunState.COMPLETED);
            assertThat(calls).hasValue(1);
            assertThat(tokens.getFirst()).isGreaterThan(gone.token());
        }
    }

    @Test
    void a_result_that_was_kept_before_a_crash_is_committed_without_an_execution(TestRedis redis)
            throws Exception {
        try (Stack stack = Stack.start(redis, paying())) {
            ClaimKey.Answer gone = claimForNobody(stack, Json.write(6));
            String key = "charge:" + CanonicalJson.hash(Json.write(6));
            Keys where = stack.namespace().keys(stack.namespace().partitionOf(key));
            KeyClaim claim = KeyClaim.parse(gone.holder());
            KeepResult keep = new KeepResult(where, key, claim, Bytes.of("42"), Duration.ofDays(1));
            assertThat(keep.run(stack.redis().scripts())).isEqualTo(KeepResult.Outcome.KEPT);

            assertThat(stack.run(CHARGE, 6).output().asInt()).isEqualTo(42);
            assertThat(calls).hasValue(0);
        }
    }

    @Test
    void a_failed_execution_frees_the_key_for_whoever_comes_next(TestRedis redis) throws Exception {
        AtomicInteger broken = new AtomicInteger(2);
        Handlers handlers =
                new Handlers()
                        .add(
                                "pay",
                                (input, context) -> {
                                    if (broken.getAndDecrement() > 0) {
                                        throw new IllegalStateException("boom");
                                    }
                                    return calls.incrementAndGet();
                                });
        try (Stack stack = Stack.start(redis, handlers)) {
            List<RunId> runs = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                runs.add(stack.client().submit(CHARGE, 9).id());
            }
            for (RunId run : runs) {
                assertThat(stack.await(run).output().asInt()).isOne();
            }
        }
        assertThat(calls).hasValue(1);
    }

    /** A claim as a run leaves it that has been removed since. */
    private static ClaimKey.Answer claimForNobody(Stack stack, byte[] input) {
        String key = "charge:" + CanonicalJson.hash(input);
        KeyClaim nobody = new KeyClaim(stack.namespace().newRunId(), new Dispatch(3, "1-1"), "pay");
        ClaimKey claim =
                new ClaimKey(
                        stack.namespace().keys(stack.namespace().partitionOf(key)),
                        key,
                        nobody,
                        "",
                        Duration.ofDays(31));
        return RedisFutures.join(claim.runAsync(stack.redis().scripts()));
    }
}
