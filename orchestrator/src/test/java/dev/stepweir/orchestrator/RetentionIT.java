package dev.stepweir.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.script.CancelRun;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithRedis
class RetentionIT {

    private static final Workflow EMPTY = Workflow.builder("empty").build();

    private PlayedRuns runs;
    private RunStarter starter;

    @BeforeEach
    void connect(TestRedis redis) {
        runs = new PlayedRuns(redis);
        starter =
                new RunStarter(
                        runs.redis(), new Definitions(runs.redis()), new QueueGroups(runs.redis()));
    }

    @AfterEach
    void disconnect() {
        runs.close();
    }

    private RunId started(Workflow workflow, String input) {
        RunId run = runs.submit(workflow, input);
        starter.take(runs.keys(), List.of(run), List.of());
        return run;
    }

    private RunId failed(String input) {
        RunId run = started(PlayedRuns.SINGLE, input);
        runs.bury(runs.take("w", "work").getFirst());
        starter.take(runs.keys(), List.of(), List.of(run));
        assertThat(runs.state(run)).contains(RunState.FAILED);
        return run;
    }

    private RunId cancelled() {
        RunId run = started(PlayedRuns.SINGLE, "{}");
        runs.fail(runs.take("w", "work").getFirst(), Duration.ofHours(1));
        new CancelRun(runs.keys(), run, "test", "CANCELLED {}").run(runs.redis().scripts());
        return run;
    }

    /** With its entry where nobody reads it. */
    private RunId cancelledBeforeItBegan() {
        RunId run = started(PlayedRuns.SINGLE, "{}");
        new CancelRun(runs.keys(), run, "test", "CANCELLED {}").run(runs.redis().scripts());
        return run;
    }

    private long purgeAll() {
        // A millisecond must have passed since the last run closed.
        return Retention.purge(runs.redis(), runs.namespace(), Duration.ZERO);
    }

    @Test
    void nothing_of_a_purged_run_is_left_behind(TestRedis redis) {
        failed("{}");
        await().until(() -> purgeAll() == 1);
        redis.commands().del(runs.keys().inbox());
        TreeSet<String> baseline = keysOf(redis);
        String large = "\"" + "x".repeat(10_000) + "\"";
        failed(large);
        failed("{}");
        cancelled();
        cancelledBeforeItBegan();
        started(EMPTY, large);
        String queue = runs.keys().queue("work");
        assertThat(redis.commands().xlen(queue)).isEqualTo(1);
        assertThat(redis.commands().zcard(runs.keys().timers())).isEqualTo(1);
        assertThat(keysOf(redis).size()).isGreaterThan(baseline.size() + 8);
        var purged = new java.util.concurrent.atomic.AtomicLong();
        await().until(() -> purged.addAndGet(purgeAll()) == 5);
        assertThat(redis.commands().xlen(queue)).isZero();
        redis.commands().del(runs.keys().inbox());
        assertThat(keysOf(redis)).isEqualTo(baseline);
        assertThat(redis.commands().xlen(runs.keys().deadLetters())).isZero();
    }

    @Test
    void what_is_open_or_young_stays() {
        RunId open = started(PlayedRuns.SINGLE, "{}");
        RunId young = started(EMPTY, "{}");
        assertThat(Retention.purge(runs.redis(), runs.namespace(), Duration.ofMinutes(1))).isZero();
        assertThat(runs.state(open)).contains(RunState.RUNNING);
        assertThat(runs.state(young)).contains(RunState.COMPLETED);
    }

    @Test
    void many_pages_are_purged_and_what_cannot_be_stops_nobody(TestRedis redis) {
        RunId half = started(EMPTY, "{}");
        redis.commands().hdel(runs.keys().run(half), "finished");
        redis.commands().zadd(runs.keys().completedRuns(), 0, "nonsense");
        for (int i = 0; i < 220; i++) {
            started(EMPTY, "{}");
        }
        var purged = new java.util.concurrent.atomic.AtomicLong();
        await().until(() -> purged.addAndGet(purgeAll()) == 220);
        assertThat(runs.state(half)).contains(RunState.COMPLETED);
    }

    @Test
    void each_kind_of_run_is_kept_as_long_as_configured() {
        RunId completed = started(EMPTY, "{}");
        RunId failed = failed("{}");
        OrchestratorConfig config =
                OrchestratorConfig.DEFAULTS.withRetention(Duration.ZERO, Duration.ofHours(1));
        try (Orchestrator orchestrator =
                Orchestrator.start(runs.redis(), runs.namespace(), config)) {
            await().until(() -> runs.state(completed).isEmpty());
            assertThat(runs.state(failed)).contains(RunState.FAILED);
            assertThat(orchestrator.id()).isNotEmpty();
        }
    }

    private static TreeSet<String> keysOf(TestRedis redis) {
        return new TreeSet<>(redis.commands().keys(redis.keyPrefix() + "*"));
    }
}
