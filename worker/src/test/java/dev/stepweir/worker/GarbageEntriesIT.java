package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.script.PauseQueue;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Entries that nobody can make sense of stop no lane, whichever way they come. */
@WithRedis
@Timeout(60)
class GarbageEntriesIT extends WithRuns {

    private static final Workflow OPEN =
            Workflow.builder("open").step("only", s -> s.handler("open")).build();

    private Worker start() {
        return worker().concurrency(12)
                .config(WorkerConfig.DEFAULT.withHeartbeat(Duration.ofMillis(200)))
                .handler("open", (input, context) -> "done")
                .handler("held up", (input, context) -> "done")
                .start();
    }

    private void litter(TestRedis redis, String queue) {
        String run = runs.namespace.newRunId().text();
        for (Keys keys : runs.namespace.all()) {
            for (String text : List.of("", "x", "\u001F", run + " 1 \u001F", run + " 1 s")) {
                redis.commands().xadd(keys.queue(queue), Map.of(QueueEntry.FIELD, text));
            }
        }
    }

    private void everyLaneWorks() {
        for (int i = 0; i < 8; i++) {
            RunId run = runs.start(OPEN, i);
            await().until(() -> runs.state(run) == RunState.COMPLETED);
        }
    }

    @Test
    void they_are_dropped(TestRedis redis) {
        try (Worker worker = start()) {
            everyLaneWorks();
            litter(redis, "open");

            everyLaneWorks();
            for (Keys keys : runs.namespace.all()) {
                await().until(() -> redis.commands().xlen(keys.queue("open")) == 0);
            }
            assertThat(worker.inHand()).isZero();
        }
    }

    @Test
    void of_a_queue_that_is_paused_they_cost_no_slots(TestRedis redis) {
        try (Worker worker = start()) {
            everyLaneWorks();
            // Reads that wait for entries of both queues are still under way.
            new PauseQueue(runs.namespace.keys(0), "held up", "{}").run(runs.redis.scripts());
            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> worker.pausedQueues().equals(Set.of("held up")));
            litter(redis, "held up");

            everyLaneWorks();
            assertThat(worker.pausedQueues()).containsExactly("held up");
        }
    }
}
