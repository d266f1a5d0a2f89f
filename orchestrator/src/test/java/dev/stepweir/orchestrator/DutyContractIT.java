package dev.stepweir.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.duty.Duty;
import dev.stepweir.duty.DutyLoop;
import dev.stepweir.duty.Tick;
import dev.stepweir.operator.fleet.RoleBeat;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every duty of an orchestrator keeps to, whatever its work is. */
@WithRedis
class DutyContractIT {

    private PlayedRuns runs;

    @BeforeEach
    void connect(TestRedis redis) {
        runs = new PlayedRuns(redis);
    }

    @AfterEach
    void disconnect() {
        runs.close();
    }

    private Duty duty(String name) {
        Definitions definitions = new Definitions(runs.redis());
        QueueGroups queues = new QueueGroups(runs.redis());
        RunStarter starter = new RunStarter(runs.redis(), definitions, queues);
        InboxEntries entries = new InboxEntries(runs.redis(), starter);
        Duration pause = Duration.ofMillis(10);
        return switch (name) {
            case "inbox" ->
                    new Inbox(runs.redis(), runs.keys(), entries, "c", Duration.ofSeconds(1));
            case "inbox-rescue" -> new InboxRescue(runs.redis(), runs.keys(), entries, "c", pause);
            case "timers" -> new Timers(runs.redis(), runs.keys(), definitions, queues, pause);
            case "reconciler" ->
                    new Reconciler(
                            runs.redis(),
                            runs.keys(),
                            definitions,
                            starter,
                            new StepRepair(runs.redis(), queues),
                            pause,
                            200);
            case "retention" ->
                    Retention.duty(runs.redis(), runs.keys(), OrchestratorConfig.DEFAULTS);
            default -> new RoleBeat(runs.redis(), runs.namespace(), "role", pause);
        };
    }

    /** Counts the portions that came to their end, and fails the first. */
    private record Watched(Duty duty, AtomicInteger portions, AtomicInteger failures)
            implements Duty {

        @Override
        public String name() {
            return duty.name();
        }

        @Override
        public Tick runOnce() throws Exception {
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("on purpose");
            }
            Tick tick = Objects.requireNonNull(duty.runOnce());
            portions.incrementAndGet();
            return tick;
        }

        @Override
        public void stopping() {
            duty.stopping();
        }

        @Override
        public void close() {
            duty.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"inbox", "inbox-rescue", "timers", "reconciler", "retention", "beat"})
    void it_may_be_started_and_stopped_at_any_time_and_survives_a_failure(String name) {
        DutyLoop unstarted = new DutyLoop(duty(name));
        unstarted.stop();
        unstarted.start();

        Watched watched = new Watched(duty(name), new AtomicInteger(), new AtomicInteger(1));
        DutyLoop loop = new DutyLoop(watched);
        loop.start();
        loop.start();
        await().until(() -> watched.portions().get() > 0);
        Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().equals("stepweir-" + watched.name()))
                .forEach(Thread::interrupt);
        int before = watched.portions().get();
        loop.wake();
        await().until(() -> watched.portions().get() > before);
        loop.stop();
        loop.stop();
        int after = watched.portions().get();
        loop.wake();
        loop.start();
        assertThat(watched.portions()).hasValue(after);
    }
}
