package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.StepView;
import dev.stepweir.operator.fleet.WorkerState;
import dev.stepweir.operator.fleet.WorkerView;
import dev.stepweir.reaper.Reaper;
import dev.stepweir.reaper.ReaperConfig;
import dev.stepweir.redis.Redis;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What leases and heartbeats promise, with short ones and real worker processes. */
@WithRedis(privateServer = true)
class LeasesIT {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int LONG_MILLIS = (int) Stack.LEASE.multipliedBy(5).toMillis();

    private static JavaProcess start(TestRedis server, JavaProcesses processes) {
        return processes.start(
                JavaProcess.Command.of(WorkerMain.class, server.uri(), server.namespace())
                        .withJvmOptions("-Xmx128m"));
    }

    private static String id(JavaProcess worker) {
        String ready = worker.awaitLine(l -> l.startsWith(WorkerMain.READY), Stack.SOON);
        return ready.substring(WorkerMain.READY.length());
    }

    private static StepView step(Stack stack, RunId run) {
        return stack.client().show(run).orElseThrow().steps().getFirst();
    }

    @Test
    @DisplayName(
            "S2-064: orphaned_workflow_detected_by_watchdog: a handler of five leases runs once,"
                    + " and one whose worker is killed is begun again soon after its lease")
    void a_long_step_runs_once_and_a_dead_workers_step_soon_again(
            TestRedis server, JavaProcesses processes) throws Exception {
        // A busy machine may delay a heartbeat by seconds without making its worker a dead one.
        Duration lease = Duration.ofSeconds(3);
        ReaperConfig terms = Stack.REAPER.timed(lease, Stack.HEARTBEAT, Duration.ofMillis(100));
        int fiveLeases = (int) lease.multipliedBy(5).toMillis();
        try (Stack stack = Stack.open(server).orchestrator().reaper(terms)) {
            Map<String, JavaProcess> workers = new HashMap<>();
            for (int i = 0; i < 2; i++) {
                JavaProcess worker = start(server, processes);
                workers.put(id(worker), worker);
            }
            RunId healthy = stack.submit(Shapes.chain(1, fiveLeases), 1).getFirst();
            StepView once = stack.await(healthy).steps().getFirst();
            assertThat(once.dispatch()).isEqualTo(1);
            assertThat(Witness.testimonies(stack)).hasSize(1);

            int oneLease = (int) lease.toMillis();
            RunId orphan = stack.submit(Shapes.chain(1, oneLease), 1).getFirst();
            await().atMost(SOON).until(() -> step(stack, orphan).from().isPresent());
            // Its lease is renewed as soon as it has begun; its handler may not have said so yet.
            await().atMost(SOON).until(() -> Witness.testimonies(stack).size() == 2);
            String holder = step(stack, orphan).worker().orElseThrow();
            long killed = System.nanoTime();
            workers.get(holder).kill();
            await().atMost(SOON)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> Witness.testimonies(stack).size() == 3);
            long millis = (System.nanoTime() - killed) / 1_000_000;
            StepView again = stack.await(orphan).steps().getFirst();
            assertThat(again.dispatch()).isEqualTo(2);
            assertThat(again.crashes()).isEqualTo(1);
            assertThat(again.failures()).isZero();
            List<HistoryEntry> history = stack.client().runs().history(orphan);
            assertThat(history)
                    .filteredOn(e -> e.step().isPresent())
                    .extracting(HistoryEntry::event)
                    .containsExactly(
                            "PUBLISHED", "BEGUN", "CRASHED", "PUBLISHED", "BEGUN", "SUCCEEDED");
            System.out.printf(
                    "[proof] a handler of %d ms ran once under a lease of %d ms; after kill -9 its"
                            + " step was begun again within %d ms%n",
                    fiveLeases, lease.toMillis(), millis);
            assertThat(millis).isLessThan(SOON.toMillis());
        }
    }

    @Test
    @DisplayName(
            "S2-005, S2-007: worker_offline_after_missed_heartbeats,"
                    + " worker_heartbeat_updates_active_count")
    void a_worker_is_shown_as_it_is(TestRedis server, JavaProcesses processes) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator()) {
            JavaProcess worker = start(server, processes);
            String id = id(worker);
            stack.submit(Shapes.chain(1, LONG_MILLIS), 4);
            await().atMost(SOON).until(() -> seen(stack, id).inHand() == 4);
            assertThat(seen(stack, id).alive()).isTrue();
            worker.signal("STOP");
            await().atMost(SOON).until(() -> seen(stack, id).state() == WorkerState.OFFLINE);
            worker.signal("CONT");
            await().atMost(SOON).until(() -> seen(stack, id).state() == WorkerState.ACTIVE);
            await().atMost(SOON).until(() -> seen(stack, id).inHand() == 0);
        }
    }

    @Test
    @DisplayName("S2-006: worker_heartbeat_extends_active_status")
    void a_worker_that_beats_is_active_throughout_a_long_step(TestRedis server) throws Exception {
        // One that a busy machine delays by two seconds is still in time.
        Duration heartbeat = Duration.ofSeconds(5);
        try (Stack stack = Stack.open(server).orchestrator()) {
            String id =
                    stack.worker(Stack.worker().withHeartbeat(heartbeat), Witness.handlers(stack))
                            .id();
            int millis = (int) heartbeat.multipliedBy(3).toMillis();
            RunId run = stack.submit(Shapes.chain(1, millis), 1).getFirst();
            await().atMost(SOON).until(() -> seen(stack, id).inHand() == 1);
            Set<WorkerState> states = EnumSet.noneOf(WorkerState.class);
            Set<Instant> beats = new HashSet<>();
            while (!stack.client().show(run).orElseThrow().state().isClosed()) {
                states.add(seen(stack, id).state());
                beats.add(seen(stack, id).lastBeat());
                Stack.pass(Duration.ofMillis(50));
            }
            assertThat(states).containsExactly(WorkerState.ACTIVE);
            assertThat(beats).hasSizeBetween(3, 5);
        }
    }

    @Test
    @DisplayName("S2-008: stale_worker_detected_by_watchdog")
    void a_killed_worker_is_stale_within_four_seconds(TestRedis server, JavaProcesses processes)
            throws Exception {
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            JavaProcess worker = start(server, processes);
            String id = id(worker);
            RunId run = stack.submit(Shapes.chain(1, LONG_MILLIS), 1).getFirst();
            await().atMost(SOON).until(() -> seen(stack, id).inHand() == 1);
            worker.kill();
            long killed = System.nanoTime();
            await().atMost(SOON)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> seen(stack, id).state() != WorkerState.ACTIVE);
            long staleMillis = (System.nanoTime() - killed) / 1_000_000;
            await().atMost(SOON).until(() -> seen(stack, id).inHand() == 0);
            long takenMillis = (System.nanoTime() - killed) / 1_000_000;
            System.out.printf(
                    "[proof] a killed worker was stale after %d ms, and its step taken back after"
                            + " %d ms%n",
                    staleMillis, takenMillis);
            assertThat(staleMillis).isLessThanOrEqualTo(4_000);
            assertThat(takenMillis).isLessThanOrEqualTo(4_000);
            assertThat(stack.client().runs().history(run))
                    .extracting(HistoryEntry::event)
                    .contains("CRASHED");
        }
    }

    @Test
    @DisplayName("S3-16: with what is usual, a step is done 30 s after its worker was killed")
    void another_worker_has_done_it_within_thirty_seconds(TestRedis server, JavaProcesses processes)
            throws Exception {
        try (Stack stack = Stack.open(server).orchestrator();
                Redis redis = Redis.connect(server.uri(), "reaper");
                Reaper reaper = Reaper.start(redis, stack.namespace(), ReaperConfig.DEFAULTS)) {
            assertThat(reaper.id()).isNotBlank();
            JavaProcess worker = start(server, processes);
            String dead = id(worker);
            RunId run = stack.submit(Shapes.chain(1, 1_000), 1).getFirst();
            await().atMost(SOON).until(() -> seen(stack, dead).inHand() == 1);
            worker.kill();
            long killed = System.nanoTime();
            String alive = id(start(server, processes));
            StepView step = stack.await(run).steps().getFirst();
            long millis = (System.nanoTime() - killed) / 1_000_000;
            System.out.printf("[proof] done %d ms after kill -9, by another worker%n", millis);
            assertThat(step.worker()).contains(alive);
            assertThat(step.crashes()).isOne();
            assertThat(millis).isBetween(24_000L, 30_000L);
        }
    }

    @Test
    @DisplayName("S2-009: stale_worker_workflows_rescheduled")
    void each_step_of_a_dead_worker_is_executed_once_more_at_most(
            TestRedis server, JavaProcesses processes) throws Exception {
        // A worker that hears of its work later than at its next heartbeat hands it back, free.
        Duration heartbeat = Duration.ofSeconds(2);
        ReaperConfig terms =
                Stack.REAPER.timed(Duration.ofSeconds(7), heartbeat, Duration.ofMillis(100));
        try (Stack stack = Stack.open(server).orchestrator().reaper(terms)) {
            JavaProcess worker = start(server, processes);
            String id = id(worker);
            List<RunId> runs = stack.submit(Shapes.chain(1, 1_000), 10);
            await().atMost(SOON).until(() -> Witness.testimonies(stack).size() == 10);
            worker.kill();
            Worker other =
                    stack.worker(Stack.worker().withHeartbeat(heartbeat), Witness.handlers(stack));
            assertThat(other.id()).isNotEqualTo(id);
            for (RunId run : runs) {
                stack.await(run);
            }
            Audit.Sum sum = Audit.ofWitnessed(stack, runs);
            assertThat(sum.extraExecutions()).isLessThanOrEqualTo(10);
            assertThat(sum.crashes()).isLessThanOrEqualTo(10);
        }
    }

    private static WorkerView seen(Stack stack, String id) {
        return stack.client().fleet().workers().stream()
                .filter(worker -> worker.id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
