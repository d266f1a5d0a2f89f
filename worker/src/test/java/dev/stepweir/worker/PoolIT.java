package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.Handlers;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.Closing;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Several workers of one namespace. */
@WithRedis
class PoolIT extends WithRuns {

    private static final int STEPS = 300;

    private Worker start(int concurrency, Handlers handlers) {
        return worker().concurrency(concurrency).handlers(handlers).start(runs.redis);
    }

    private static Workflow one(String handler) {
        return Workflow.builder("one-" + handler).step("s", s -> s.handler(handler)).build();
    }

    private void awaitCompleted(List<RunId> all) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> all.stream().allMatch(run -> runs.state(run) == RunState.COMPLETED));
    }

    private static void takeTime() throws InterruptedException {
        if (new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("nobody counts this down");
        }
    }

    @Test
    @DisplayName("S2-001: worker_registration_returns_unique_id")
    void every_start_of_a_worker_brings_a_new_id(TestRedis redis) {
        Set<String> ids = new HashSet<>();
        String records = runs.namespace.keys(0).workerRecords();
        Handlers handlers = new Handlers().add("h", (input, context) -> "done");
        for (int round = 0; round < 2; round++) {
            List<Worker> workers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                workers.add(start(1, handlers));
                ids.add(workers.getLast().id());
            }
            assertThat(redis.commands().hlen(records)).isEqualTo(10);
            Closing.together(workers);
            assertThat(redis.commands().hlen(records)).isZero();
        }
        assertThat(ids).hasSize(20);
    }

    @Test
    @DisplayName("S2-010: multiple_workers_same_queue_fair_distribution")
    void equal_workers_get_equal_shares_and_no_slot_stays_empty() {
        // A round of as many steps as there are slots ends when each slot has one of them.
        CyclicBarrier round = new CyclicBarrier(15);
        Handlers handlers =
                new Handlers()
                        .add(
                                "h",
                                (input, context) -> {
                                    round.await(20, TimeUnit.SECONDS);
                                    return "done";
                                });
        try (Worker a = start(5, handlers);
                Worker b = start(5, handlers);
                Worker c = start(5, handlers)) {
            List<RunId> started = new ArrayList<>();
            for (int i = 0; i < STEPS; i++) {
                started.add(runs.start(one("h"), i));
            }
            awaitCompleted(started);
            Map<String, AtomicInteger> shares = new ConcurrentHashMap<>();
            started.forEach(run ->
                    shares.computeIfAbsent(
                                    runs.step(run, "s").worker(), worker -> new AtomicInteger())
                            .incrementAndGet());
            assertThat(shares).containsOnlyKeys(a.id(), b.id(), c.id());
            assertThat(shares.values()).allSatisfy(share -> assertThat(share).hasValue(STEPS / 3));
        }
    }

    @Test
    @DisplayName("S2-011: worker_with_different_workflow_types_only_receives_matching")
    void a_worker_gets_only_what_it_has_and_no_more_of_it_than_its_limit() {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Handlers first =
                new Handlers()
                        .add(
                                "a",
                                JsonNode.class,
                                2,
                                (input, context) -> {
                                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                                    takeTime();
                                    now.decrementAndGet();
                                    return "done";
                                })
                        .add("b", (input, context) -> "done");
        Handlers second = new Handlers().add("c", (input, context) -> "done");
        try (Worker ab = start(20, first);
                Worker c = start(20, second)) {
            List<RunId> started = new ArrayList<>();
            for (int i = 0; i < 90; i++) {
                started.add(runs.start(one(List.of("a", "b", "c").get(i % 3)), i));
            }
            awaitCompleted(started);
            for (int i = 0; i < 90; i++) {
                String expected = i % 3 == 2 ? c.id() : ab.id();
                assertThat(runs.step(started.get(i), "s").worker()).isEqualTo(expected);
                assertThat(runs.step(started.get(i), "s").published().number()).isEqualTo(1);
            }
            assertThat(most.get()).isBetween(1, 2);
        }
    }

    @Test
    @DisplayName("S2-013: workflow_type_concurrency_limit_per_worker")
    void a_handler_at_its_limit_does_not_hold_up_another() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        Handlers handlers =
                new Handlers()
                        .add(
                                "a",
                                JsonNode.class,
                                2,
                                (input, context) -> {
                                    begun.incrementAndGet();
                                    go.await();
                                    return "done";
                                })
                        .add("b", (input, context) -> "done");
        try (Worker worker = start(20, handlers)) {
            List<RunId> limited = new ArrayList<>();
            List<RunId> free = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                limited.add(runs.start(one("a"), i));
                free.add(runs.start(one("b"), i));
            }
            awaitCompleted(free);
            await().until(() -> begun.get() == 2);
            await().until(() -> worker.inHand() == 2);
            go.countDown();
            awaitCompleted(limited);
            assertThat(begun).hasValue(10);
        }
    }
}
