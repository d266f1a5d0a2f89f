package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.Handlers;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import dev.stepweir.redis.script.PauseQueue;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Slots.Reservation;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a paused queue must not do to its worker; the server's counts are this test's alone. */
@WithRedis(privateServer = true)
class HeldUpQueuesIT extends WithRuns {

    private static final Workflow OPEN =
            Workflow.builder("open").step("only", s -> s.handler("open")).build();
    private static final int READS = 24;

    private final Handlers handlers =
            new Handlers()
                    .add("held up", (input, context) -> "held up")
                    .add("open", (input, context) -> "open");

    private static long calls(TestRedis redis, String command) {
        Matcher calls =
                Pattern.compile("cmdstat_" + command + ":calls=(\\d+)")
                        .matcher(redis.commands().info("commandstats"));
        return calls.find() ? Long.parseLong(calls.group(1)) : 0;
    }

    @Test
    void an_idle_worker_is_as_idle_while_a_queue_is_paused(TestRedis redis) {
        try (Worker worker =
                worker().config(WorkerConfig.DEFAULT.withHeartbeat(Duration.ofSeconds(8)))
                        .handlers(handlers)
                        .start()) {
            RunId run = runs.start(OPEN, 1);
            await().until(() -> runs.state(run) == RunState.COMPLETED);
            new PauseQueue(runs.namespace.keys(0), "held up", "{}").run(runs.redis.scripts());
            await().until(() -> worker.pausedQueues().equals(Set.of("held up")));
            long reads = calls(redis, "xreadgroup");
            long scripts = calls(redis, "evalsha");

            await().atMost(Duration.ofMinutes(1))
                    .until(() -> calls(redis, "xreadgroup") >= reads + READS);

            // Each lane that believes to lack slots takes with a script between two reads.
            assertThat(calls(redis, "evalsha") - scripts).isLessThan(READS / 3);
        }
    }

    @Test
    void slots_of_a_paused_queue_are_not_lacking() {
        Slots slots = new Slots(8, handlers.byName());
        slots.pause(Set.of("held up"));

        assertThat(takes(slots)).isTrue();
        assertThat(slots.reserve("open", Integer.MAX_VALUE)).isPositive();
        assertThat(takes(slots)).as("the slots of the other are").isFalse();
    }

    private static boolean takes(Slots slots) {
        Reservation reservation = new Reservation(slots);
        LaneTurn turn =
                new LaneTurn(new Partition(new Keys("sample", 0), "w1"), reservation, false);
        boolean enough = turn.take(List.of("held up", "open"), 0, 8);
        reservation.releaseRest();
        return enough;
    }
}
