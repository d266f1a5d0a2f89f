package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.redis.script.PauseQueue;
import dev.stepweir.redis.script.ResumeQueue;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

@WithRedis
class PausedQueuesIT extends WithRuns {

    private static final Workflow HELD_UP =
            Workflow.builder("held up").step("only", s -> s.handler("held up")).build();
    private static final Workflow OPEN =
            Workflow.builder("open").step("only", s -> s.handler("open")).build();

    private final List<String> calls = new CopyOnWriteArrayList<>();

    private Worker start(Duration heartbeat) {
        return worker().config(WorkerConfig.DEFAULT.withHeartbeat(heartbeat))
                .handler("held up", (input, context) -> calls.add("held up"))
                .handler("open", (input, context) -> calls.add("open"))
                .start();
    }

    private void pause() {
        var keys = runs.namespace.keys(0);
        assertThat(new PauseQueue(keys, "held up", "{}").run(runs.redis.scripts()))
                .isEqualTo(PauseQueue.Outcome.PAUSED);
    }

    private void resume() {
        var keys = runs.namespace.keys(0);
        assertThat(new ResumeQueue(keys, "held up").run(runs.redis.scripts()))
                .isEqualTo(ResumeQueue.Outcome.RESUMED);
    }

    private void completes(RunId run) {
        await().atMost(Duration.ofSeconds(20)).until(() -> runs.state(run) == RunState.COMPLETED);
    }

    @Test
    void a_worker_that_waits_for_entries_lets_those_of_a_paused_queue_lie() {
        try (Worker worker = start(Duration.ofSeconds(8))) {
            completes(runs.start(HELD_UP, 0));
            calls.clear();
            pause();
            await().until(() -> worker.pausedQueues().equals(Set.of("held up")));

            // Reads that wait for entries of both queues are still under way.
            List<RunId> heldUp = List.of(runs.start(HELD_UP, 1), runs.start(HELD_UP, 2));
            for (int i = 0; i < 20; i++) {
                completes(runs.start(OPEN, i));
            }

            assertThat(calls).doesNotContain("held up").hasSize(20);
            assertThat(heldUp)
                    .allMatch(run -> runs.stepState(run, "only") == StepState.READY)
                    .allMatch(run -> runs.step(run, "only").ledgers().attempt() == 1);
            resume();
            heldUp.forEach(this::completes);
            assertThat(worker.pausedQueues()).isEmpty();
        }
    }

    @Test
    void a_worker_that_starts_later_does_not_read_it_either() {
        pause();
        try (Worker worker = start(Duration.ofSeconds(8))) {
            RunId run = runs.start(HELD_UP, 1);
            assertThat(worker.pausedQueues()).containsExactly("held up");
            completes(runs.start(OPEN, 1));
            assertThat(calls).containsExactly("open");

            resume();
            completes(run);
        }
    }

    @Test
    void a_worker_that_was_not_told_learns_it_with_its_next_heartbeat(TestRedis redis) {
        try (Worker worker = start(Duration.ofMillis(50))) {
            String paused = runs.namespace.keys(0).pausedQueues();
            redis.commands().hset(paused, "open", "1 {}");
            await().until(() -> worker.pausedQueues().equals(Set.of("open")));

            redis.commands().del(paused);
            await().until(() -> worker.pausedQueues().isEmpty());
            completes(runs.start(OPEN, 1));
        }
    }
}
