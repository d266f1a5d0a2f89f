package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.effect.EffectLedger;
import dev.stepweir.effect.RedisEffectLedger;
import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.RunView;
import dev.stepweir.proof.Stack;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.script.RedriveStep;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Worker;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is sent, asked for or done twice has its effect once. */
@WithRedis
class OnceIT {

    private static final Workflow ONE =
            Workflow.builder("one").step("only", s -> s.handler("work")).build();

    record Receipt(String id, int cents) {}

    @Test
    @DisplayName("S3-01, S3-02: a copy of an entry during and after execution is dropped")
    void an_entry_copied_by_hand_is_dropped(TestRedis redis) throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch copied = new CountDownLatch(1);
        Handlers handlers =
                new Handlers()
                        .add(
                                "work",
                                (input, context) -> {
                                    begun.countDown();
                                    copied.await();
                                    return calls.incrementAndGet();
                                });
        try (Stack stack = Stack.start(redis, handlers);
                Worker second =
                        Worker.builder()
                                .namespace(redis.namespace())
                                .handlers(handlers)
                                .start(stack.redis())) {
            RunId run = stack.client().submit(ONE, null).id();
            begun.await();
            copy(stack, run);
            copied.countDown();
            assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
            copy(stack, run);
            String queue = stack.namespace().keys(run).queue("work");
            while (redis.commands().xlen(queue) > 0) {
                Stack.pass(Duration.ofMillis(10));
            }
            RunView view = stack.client().show(run).orElseThrow();
            assertThat(calls).hasValue(1);
            assertThat(view.steps().getFirst().dispatch()).isOne();
            // The mark of a step is its committed field: who did it, in which dispatch.
            Keys keys = stack.namespace().keys(run);
            StepField mark = new RunStore(stack.redis()).step(keys, run, "only");
            assertThat(mark.published().number()).isOne();
            await().until(() -> second.inHand() == 0);
        }
    }

    private static void copy(Stack stack, RunId run) {
        Keys keys = stack.namespace().keys(run);
        String entry = run + " 1 " + QueueEntry.announcement("only", List.of());
        var unused =
                RedisFutures.join(
                        stack.redis()
                                .commands()
                                .xadd(
                                        Bytes.of(keys.queue("work")),
                                        Map.of(Bytes.of(QueueEntry.FIELD), Bytes.of(entry))));
    }

    @Test
    void what_was_done_once_is_not_done_by_later_attempts_nor_after_a_redrive(TestRedis redis)
            throws Exception {
        List<String> done = new CopyOnWriteArrayList<>();
        List<Receipt> receipts = new CopyOnWriteArrayList<>();
        AtomicInteger broken = new AtomicInteger(3);
        Workflow twice =
                Workflow.builder("twice")
                        .step(
                                "pay",
                                s ->
                                        s.handler("work")
                                                .maxAttempts(2)
                                                .backoff(Backoff.FIXED, Duration.ofMillis(10)))
                        .build();
        Handlers handlers =
                new Handlers()
                        .add(
                                "work",
                                (input, context) -> {
                                    receipts.add(
                                            context.once(
                                                    "charge",
                                                    Receipt.class,
                                                    () -> charge(done, "r1")));
                                    context.once("charge", Receipt.class, () -> charge(done, "r2"));
                                    context.once("mail", () -> done.add("mail"));
                                    if (broken.getAndDecrement() > 0) {
                                        throw new IllegalStateException("boom");
                                    }
                                    return receipts.getLast();
                                });
        try (Stack stack = Stack.start(redis, handlers)) {
            RunId run = stack.client().submit(twice, null).id();
            assertThat(stack.await(run).state()).isEqualTo(RunState.FAILED);
            assertThat(stack.client().deadLetters().redrive(run + "/pay", "ada", ""))
                    .isEqualTo(RedriveStep.Outcome.PUBLISHED);
            assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
        }
        assertThat(done).containsExactly("r1", "mail");
        assertThat(receipts).hasSize(4).containsOnly(new Receipt("r1", 995));
    }

    private static Receipt charge(List<String> done, String id) {
        done.add(id);
        return new Receipt(id, 995);
    }

    @Test
    void a_failed_action_is_done_again(TestRedis redis) throws Exception {
        AtomicInteger tries = new AtomicInteger();
        Handlers handlers =
                new Handlers()
                        .add(
                                "work",
                                (input, context) ->
                                        context.once(
                                                "risky",
                                                Integer.class,
                                                () -> {
                                                    if (tries.incrementAndGet() == 1) {
                                                        throw new IllegalStateException("boom");
                                                    }
                                                    return tries.get();
                                                }));
        Workflow risky =
                Workflow.builder("risky")
                        .step(
                                "only",
                                s -> s.handler("work").backoff(Backoff.IMMEDIATE, Duration.ZERO))
                        .build();
        try (Stack stack = Stack.start(redis, handlers)) {
            RunView view = stack.run(risky, null);
            assertThat(view.output().asInt()).isEqualTo(2);
        }
    }

    @Test
    void an_effect_ledger_refuses_an_execution_that_lost_its_lease(TestRedis redis)
            throws Exception {
        List<EffectLedger.Answer> answers = new CopyOnWriteArrayList<>();
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        // Nobody but the test takes the lease away, however long the machine pauses.
        try (Stack stack = Stack.open(redis).orchestrator()) {
            EffectLedger ledger =
                    new RedisEffectLedger(stack.redis(), stack.namespace(), Duration.ofDays(40));
            Handlers handlers =
                    new Handlers()
                            .add(
                                    "work",
                                    (input, context) -> {
                                        String key = context.idempotencyKey();
                                        long token = context.fencingToken();
                                        answers.add(ledger.announce(key, token));
                                        if (token == 1) {
                                            awaitDeaf(taken);
                                            answers.add(ledger.apply(key, token, Bytes.of("1")));
                                            first.countDown();
                                            return 1;
                                        }
                                        taken.countDown();
                                        first.await();
                                        answers.add(ledger.apply(key, token, Bytes.of("2")));
                                        return 2;
                                    });
            stack.worker(Stack.calmWorker(), handlers);
            RunId run = stack.client().submit(ONE, null).id();
            Keys keys = stack.namespace().keys(run);
            while (answers.isEmpty()) {
                Stack.pass(Duration.ofMillis(10));
            }
            // The entry is lost: it is published again, while the first execution goes on.
            String entry =
                    new RunStore(stack.redis()).step(keys, run, "only").published().entryId();
            redis.commands().xack(keys.queue("work"), Keys.WORKER_GROUP, entry);
            redis.commands().xdel(keys.queue("work"), entry);

            assertThat(stack.await(run).output().asInt()).isEqualTo(2);
            assertThat(ledger.effect(run + "/only").map(Bytes::text)).hasValue("2");
        }
        assertThat(answers)
                .containsExactly(
                        EffectLedger.Answer.ANNOUNCED,
                        EffectLedger.Answer.ANNOUNCED,
                        EffectLedger.Answer.REFUSED,
                        EffectLedger.Answer.APPLIED);
    }

    /** A handler that does not listen when it is told to stop. */
    private static void awaitDeaf(CountDownLatch latch) {
        boolean passed = false;
        while (!passed) {
            try {
                passed = latch.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException ignored) {
                passed = latch.getCount() == 0;
            }
        }
    }
}
