package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@WithRedis
class WorkerIT extends WithRuns {

    private static final String PENDING =
            "local sum = 0 for _, queue in ipairs(KEYS) do"
                    + " sum = sum + redis.call('XPENDING', queue, 'workers')[1] end return sum";

    private void awaitState(RunId run, RunState state) {
        await().atMost(Duration.ofSeconds(20)).until(() -> runs.state(run) == state);
    }

    @Test
    @DisplayName("a diamond runs each step once and hands outputs on")
    void a_diamond_runs_each_step_once_and_hands_outputs_on() {
        List<String> calls = new CopyOnWriteArrayList<>();
        Workflow diamond =
                Workflow.builder("diamond")
                        .step("a", s -> s.handler("a"))
                        .step("b", s -> s.handler("double").after("a"))
                        .step("c", s -> s.handler("double").after("a"))
                        .step("d", s -> s.handler("join").after("b", "c"))
                        .build();
        try (Worker worker =
                worker().handler("a", Integer.class, (input, context) -> input + 1)
                        .handler(
                                "double",
                                Integer.class,
                                (input, context) -> {
                                    calls.add(context.step());
                                    return input * 2;
                                })
                        .handler("join", Map.class, (input, context) -> input)
                        .start()) {
            RunId run = runs.start(diamond, 20);
            awaitState(run, RunState.COMPLETED);
            assertThat(calls).containsExactlyInAnyOrder("b", "c");
            assertThat(runs.output(run, "d")).contains("{\"b\":42,\"c\":42}");
            assertThat(runs.step(run, "d").worker()).isEqualTo(worker.id());
        }
    }

    @Test
    void the_steps_of_a_chain_follow_each_other_though_nothing_else_happens() {
        Workflow.Builder chain = Workflow.builder("chain").step("s0", s -> s.handler("h"));
        for (int i = 1; i < 200; i++) {
            String before = "s" + (i - 1);
            chain.step("s" + i, s -> s.handler("h").after(before));
        }
        try (Worker worker = worker().handler("h", (input, context) -> null).start()) {
            RunId run = runs.start(chain.build(), null);
            // A turn that nobody makes is made a second later, when a blocking read has lapsed.
            awaitState(run, RunState.COMPLETED);
            assertThat(worker.inHand()).isZero();
        }
    }

    @Test
    @DisplayName("S2-012 worker_concurrency_limit_respected: 50 handlers and 4 slots never run 5")
    void never_more_is_read_than_can_start(TestRedis redis) {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger mostPending = new AtomicInteger();
        Handlers handlers = new Handlers();
        Workflow.Builder fan = Workflow.builder("fan");
        for (int i = 0; i < 50; i++) {
            String name = "h" + i;
            fan.step("s" + i, s -> s.handler(name));
            handlers.add(
                    name,
                    (input, context) -> {
                        most.accumulateAndGet(now.incrementAndGet(), Math::max);
                        mostPending.accumulateAndGet(pending(redis), Math::max);
                        now.decrementAndGet();
                        return context.step();
                    });
        }
        try (Worker worker = worker().handlers(handlers).concurrency(4).start()) {
            List<RunId> started =
                    Collections.nCopies(10, fan.build()).stream()
                            .map(workflow -> runs.start(workflow, null))
                            .toList();
            started.forEach(run -> awaitState(run, RunState.COMPLETED));
            await().until(() -> worker.inHand() == 0);
        }
        assertThat(most.get()).isBetween(1, 4);
        // What is finished and not yet acknowledged is still pending: at most once as much again.
        assertThat(mostPending.get()).isBetween(1, 8);
    }

    /** In all queues at one moment. */
    private int pending(TestRedis redis) {
        List<String> queues = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            for (Keys keys : runs.namespace.all()) {
                queues.add(keys.queue("h" + i));
            }
        }
        Long sum =
                redis.commands()
                        .eval(PENDING, ScriptOutputType.INTEGER, queues.toArray(String[]::new));
        return sum.intValue();
    }

    @Test
    @DisplayName("with fewer slots than partitions every partition is still served")
    void a_lane_without_a_slot_gets_one_when_another_lane_finds_nothing() {
        Workflow one = Workflow.builder("one").step("s", s -> s.handler("h")).build();
        try (Worker worker =
                worker().concurrency(1).handler("h", (input, context) -> context.step()).start()) {
            for (int round = 0; round < 6; round++) {
                RunId run = runs.start(one, null);
                awaitState(run, RunState.COMPLETED);
            }
            await().until(() -> worker.inHand() == 0);
        }
    }

    @Test
    @DisplayName("a failing step waits in the timers, is never charged twice, and dies exhausted")
    void a_failing_step_waits_and_a_permanent_error_dies_at_once(TestRedis redis) {
        Workflow workflow =
                Workflow.builder("fails")
                        .step(
                                "flaky",
                                s ->
                                        s.handler("flaky")
                                                .backoff(Backoff.FIXED, Duration.ofMillis(50)))
                        .step("broken", s -> s.handler("broken"))
                        .build();
        try (Worker worker =
                worker().handler(
                                "flaky",
                                (input, context) -> {
                                    throw new IllegalStateException("no luck");
                                })
                        .handler(
                                "broken",
                                (input, context) -> {
                                    throw new PermanentStepException("never");
                                })
                        .start()) {
            RunId run = runs.start(workflow, null);
            await().until(() -> runs.stepState(run, "broken") == StepState.DEAD);
            await().until(() -> runs.stepState(run, "flaky") == StepState.WAITING_FOR_RETRY);
            assertThat(runs.step(run, "flaky").ledgers().failures()).isEqualTo(1);
            assertThat(redis.commands().zcard(runs.namespace.keys(run).timers())).isEqualTo(1);
            assertThat(redis.commands().xlen(runs.namespace.keys(run).deadLetters())).isEqualTo(1);
            await().until(() -> worker.inHand() == 0);
        }
    }

    @Test
    @DisplayName("S2-004 worker_drain_mode_completes_active_before_stopping")
    void a_stopping_worker_finishes_what_it_has_and_hands_the_rest_back() throws Exception {
        CountDownLatch started = new CountDownLatch(3);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger finished = new AtomicInteger();
        Workflow workflow = Workflow.builder("one").step("s", s -> s.handler("slow")).build();
        Worker worker =
                worker().concurrency(3)
                        .handler(
                                "slow",
                                (input, context) -> {
                                    started.countDown();
                                    go.await();
                                    return finished.incrementAndGet();
                                })
                        .start();
        for (int i = 0; i < 13; i++) {
            runs.start(workflow, null);
        }
        started.await();
        Thread closing = Thread.ofPlatform().start(worker::close);
        // It takes nothing more once it waits for what it has.
        await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        go.countDown();
        closing.join();
        assertThat(finished.get()).isEqualTo(3);
        try (Worker other =
                worker().handler("slow", (input, context) -> finished.incrementAndGet()).start()) {
            await().until(() -> finished.get() == 13);
        }
    }

    private static final Workflow ONE =
            Workflow.builder("one").step("s", s -> s.handler("h")).build();

    private Worker.Builder quick() {
        return worker().config(WorkerConfig.DEFAULT.withHeartbeat(Duration.ofMillis(100)))
                .concurrency(1);
    }

    @Test
    void a_worker_with_nothing_in_hand_ends_its_reads_instead_of_waiting(TestRedis redis) {
        Worker worker = worker().handler("h", (input, context) -> "done").start();
        await().until(() ->
                redis.commands()
                        .info("clients")
                        .contains("blocked_clients:" + runs.namespace.partitions()));
        redis.commands().configResetstat();

        worker.close();

        assertThat(redis.commands().info("commandstats")).contains("cmdstat_client|unblock:");
    }

    @Test
    @DisplayName("S2-003: worker_deregistration_clears_from_pool")
    void a_worker_that_has_ended_leaves_no_consumer(TestRedis redis) {
        try (Worker worker = quick().handler("h", (input, context) -> "done").start()) {
            RunId run = runs.start(ONE, null);
            awaitState(run, RunState.COMPLETED);
            assertThat(worker.id()).isNotEmpty();
        }
        for (int p = 0; p < runs.namespace.partitions(); p++) {
            assertThat(
                            redis.commands()
                                    .xinfoConsumers(runs.namespace.keys(p).queue("h"), "workers"))
                    .isEmpty();
            assertThat(redis.commands().zcard(runs.namespace.keys(p).workerBeats())).isZero();
        }
        assertThat(redis.commands().hlen(runs.namespace.keys(0).workerRecords())).isZero();
        assertThat(redis.commands().hkeys(runs.namespace.keys(0).handlers())).containsExactly("h");
    }

    @Test
    @DisplayName("S2-019: workflow_panic_treated_as_failure: an Error fails the step")
    void any_throwable_fails_the_step() {
        try (Worker worker =
                quick().handler(
                                "h",
                                (input, context) -> {
                                    throw new AssertionError("not so");
                                })
                        .start()) {
            RunId run = runs.start(ONE, null);
            await().until(() -> runs.step(run, "s").ledgers().failures() == 1);
            await().until(() -> worker.inHand() == 0);
        }
    }

    @Test
    @DisplayName("S2-019: workflow_panic_treated_as_failure: a fatal error ends the worker")
    void a_fatal_error_of_the_jvm_is_no_failure_of_the_step() {
        List<Error> told = new CopyOnWriteArrayList<>();
        WorkerConfig config = WorkerConfig.DEFAULT.withDrain(Duration.ZERO).withOnFatal(told::add);
        try (Worker worker =
                worker().config(config)
                        .handler(
                                "h",
                                (input, context) -> {
                                    throw new OutOfMemoryError("as if");
                                })
                        .start()) {
            RunId run = runs.start(ONE, null);
            await().until(() -> !told.isEmpty());
            assertThat(told).hasOnlyElementsOfType(OutOfMemoryError.class);
            // Whoever was told let the JVM live: then nobody waits for it.
            await().until(() -> worker.inHand() == 0);
            assertThat(runs.step(run, "s").ledgers().failures()).isZero();
            assertThat(runs.stepState(run, "s")).isEqualTo(StepState.READY);
        }
    }

    @Test
    @DisplayName("a worker that Redis has forgotten is known again after its next heartbeat")
    void a_forgotten_worker_is_known_again(TestRedis redis) {
        Keys keys = runs.namespace.keys(0);
        try (Worker worker =
                worker().config(WorkerConfig.DEFAULT.withHeartbeat(Duration.ofMillis(100)))
                        .handler("h", (input, context) -> "done")
                        .start()) {
            redis.commands().del(keys.workerRecords(), keys.handlers());

            await().until(() -> redis.commands().hexists(keys.workerRecords(), worker.id()));
            assertThat(redis.commands().hexists(keys.handlers(), "h")).isTrue();
        }
    }

    @Test
    @DisplayName("S1: a handler deaf to its interrupt loses its slot, and cannot commit")
    void a_deaf_handler_gives_its_slot_back() {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        Workflow limited =
                Workflow.builder("limited")
                        .step(
                                "s",
                                s -> s.handler("h").timeout(Duration.ofMillis(50)).maxAttempts(1))
                        .build();
        try (Worker worker =
                quick().handler(
                                "h",
                                (input, context) -> {
                                    if (calls.incrementAndGet() == 1) {
                                        awaitDeaf(go);
                                    }
                                    return "done";
                                })
                        .start()) {
            RunId deaf = runs.start(limited, null);
            await().until(() -> runs.stepState(deaf, "s") == StepState.DEAD);
            RunId next = runs.start(ONE, null);
            awaitState(next, RunState.COMPLETED);
            go.countDown();
            RunId last = runs.start(ONE, null);
            awaitState(last, RunState.COMPLETED);
            assertThat(runs.stepState(deaf, "s")).isEqualTo(StepState.DEAD);
            await().until(() -> worker.inHand() == 0);
        }
    }

    private static void awaitDeaf(CountDownLatch go) {
        boolean interrupted = false;
        while (true) {
            try {
                go.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    @DisplayName("R10: a worker is refused that beats too rarely for the lease of the reapers")
    void a_worker_that_beats_too_rarely_is_refused(TestRedis redis) {
        List<String> time = redis.commands().time();
        Map<String, String> reaper =
                Map.of("tick", time.getFirst() + "000", "lease_millis", "25000");
        redis.commands().hset(runs.namespace.keys(0).reaper(), reaper);
        WorkerConfig slow = WorkerConfig.DEFAULT.withHeartbeat(Duration.ofSeconds(10));
        Worker.Builder builder = worker().config(slow).handler("h", (input, context) -> "done");
        assertThatThrownBy(() -> builder.start(runs.redis))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("heartbeat must be at most 8333 ms")
                .hasMessageContaining("found 10000 ms");
    }
}
