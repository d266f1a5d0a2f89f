package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepView;
import dev.stepweir.operator.fleet.WorkerState;
import dev.stepweir.operator.fleet.WorkerView;
import dev.stepweir.orchestrator.Orchestrator;
import dev.stepweir.orchestrator.OrchestratorConfig;
import dev.stepweir.reaper.Reaper;
import dev.stepweir.reaper.ReaperConfig;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.testkit.proxy.FaultProxy;
import dev.stepweir.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Workers that lose Redis for a while, and come back by themselves. {@code -Dproof.blip} says for
 * how many seconds the network is gone.
 */
@WithRedis(privateServer = true, appendFsync = AppendFsync.ALWAYS)
class ReconnectIT {

    private static final Duration BLIP = Duration.ofSeconds(Integer.getInteger("proof.blip", 5));

    /** So many in a row take longer than it takes to disturb them. */
    private static final int STEPS = 20;

    /** Two of them are time enough for a busy machine to connect again. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(4);

    @Test
    void a_worker_leaves_connections_that_nobody_is_behind_any_more(TestRedis server)
            throws Exception {
        try (Stack stack = Stack.open(server).orchestrator();
                FaultProxy network = FaultProxy.before(server.uri())) {
            Worker worker = stack.worker(network.uri(), Witness.handlers(stack));
            List<RunId> runs = stack.submit(Shapes.chain(STEPS, 50), 5);
            await().until(() -> Witness.testimonies(stack).size() > 5);
            network.abandon();
            int before = Witness.testimonies(stack).size();

            for (RunId run : runs) {
                RunView ended = stack.await(run);
                assertThat(ended.state()).isEqualTo(RunState.COMPLETED);
                assertThat(ended.steps())
                        .allSatisfy(step -> {
                            assertThat(step.worker()).isEqualTo(here(worker));
                            assertThat(step.crashes()).isZero();
                        });
            }
            assertThat(before).as("executions before").isLessThan(runs.size() * STEPS);
        }
    }

    @Test
    @DisplayName("S2-068: worker_reconnects_after_network_blip")
    void a_worker_goes_on_after_its_network_was_gone(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator();
                Redis redis = Redis.connect(server.uri(), "reaper");
                Reaper reaper = Reaper.start(redis, stack.namespace(), ReaperConfig.DEFAULTS);
                FaultProxy network = FaultProxy.before(server.uri())) {
            assertThat(reaper.id()).isNotBlank();
            Worker worker = stack.worker(network.uri(), Witness.handlers(stack));
            List<RunId> runs = stack.submit(Shapes.chain(STEPS, 150), 20);
            await().until(() -> Witness.testimonies(stack).size() > 20);
            network.refuse();
            int before = Witness.testimonies(stack).size();
            Stack.pass(BLIP);
            network.admit();

            for (RunId run : runs) {
                RunView ended = stack.await(run);
                assertThat(ended.state()).isEqualTo(RunState.COMPLETED);
                assertThat(ended.steps()).extracting(StepView::worker).containsOnly(here(worker));
                if (BLIP.compareTo(ReaperConfig.DEFAULTS.lease()) < 0) {
                    assertThat(ended.steps())
                            .allSatisfy(step -> {
                                assertThat(step.crashes()).isZero();
                                assertThat(step.failures()).isZero();
                            });
                }
            }
            Audit.Sum sum = Audit.ofWitnessed(stack, runs);
            System.out.printf(
                    "[proof] a network cut of %d s after %d of %d executions, %s%n",
                    BLIP.toSeconds(), before, runs.size() * STEPS, sum);
            assertThat(before).as("executions before the cut").isLessThan(runs.size() * STEPS);
        }
    }

    private static Optional<String> here(Worker worker) {
        return Optional.of(worker.id());
    }

    @Test
    @DisplayName("S2-070: server_restart_workers_reregister: Redis, and a lost group")
    void workers_are_back_two_heartbeats_after_a_restart_of_redis(TestRedis server)
            throws Exception {
        try (Stack stack = Stack.open(server).orchestrator();
                Redis redis = Redis.connect(server.uri(), "reaper");
                Reaper reaper = Reaper.start(redis, stack.namespace(), ReaperConfig.DEFAULTS)) {
            assertThat(reaper.id()).isNotBlank();
            List<String> workers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                workers.add(
                        stack.worker(
                                        Stack.worker().withHeartbeat(HEARTBEAT),
                                        Witness.handlers(stack))
                                .id());
            }
            List<RunId> runs = stack.submit(Shapes.chain(STEPS, 150), 20);
            await().until(() -> Witness.testimonies(stack).size() > 20);
            server.server().restart();
            Instant up = Instant.now();
            awaitBeats(stack, workers, up);
            long millis = Duration.between(up, Instant.now()).toMillis();
            for (Keys keys : stack.namespace().all()) {
                String queue = keys.queue("witness");
                if (server.commands().exists(queue) == 1) {
                    server.commands().xgroupDestroy(queue, Keys.WORKER_GROUP);
                }
            }

            for (RunId run : runs) {
                assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
            }
            System.out.printf(
                    "[proof] workers were back %d ms after a restart of Redis, %s%n",
                    millis, Audit.ofWitnessed(stack, runs));
            assertThat(millis).isLessThanOrEqualTo(HEARTBEAT.multipliedBy(2).toMillis());
        }
    }

    @Test
    @DisplayName("S2-070: server_restart_workers_reregister: the orchestrator")
    void workers_go_on_when_the_only_orchestrator_is_restarted(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).reaper();
                Redis redis = Redis.connect(server.uri(), "orchestrator")) {
            Worker worker = stack.worker(Witness.handlers(stack));
            List<RunId> runs = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                try (Orchestrator one =
                        Orchestrator.start(redis, stack.namespace(), OrchestratorConfig.DEFAULTS)) {
                    int seen = Witness.testimonies(stack).size();
                    assertThat(one.id()).isNotBlank();
                    runs.addAll(stack.submit(Shapes.chain(STEPS, 50), 10));
                    await().until(() -> Witness.testimonies(stack).size() > seen);
                }
                // Stale for a moment if the machine delays a heartbeat.
                await().atMost(Stack.SOON)
                        .until(() -> seen(stack, worker.id()).state() == WorkerState.ACTIVE);
            }
            stack.orchestrator();
            for (RunId run : runs) {
                assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
            }
            System.out.printf(
                    "[proof] 3 restarts of the orchestrator, %s%n", Audit.ofWitnessed(stack, runs));
        }
    }

    private static void awaitBeats(Stack stack, List<String> workers, Instant since) {
        await().atMost(Stack.SOON)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() ->
                        workers.stream().allMatch(id -> seen(stack, id).lastBeat().isAfter(since)));
    }

    private static WorkerView seen(Stack stack, String id) {
        return stack.client().fleet().workers().stream()
                .filter(worker -> worker.id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
