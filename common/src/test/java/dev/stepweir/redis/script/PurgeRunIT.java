package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.PurgeRun.Outcome.GONE;
import static dev.stepweir.redis.script.PurgeRun.Outcome.OPEN;
import static dev.stepweir.redis.script.PurgeRun.Outcome.PURGED;
import static dev.stepweir.redis.script.PurgeRun.Outcome.YOUNG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.RedisState;
import java.util.List;
import org.junit.jupiter.api.Test;

class PurgeRunIT extends OnStage {

    private static final String LARGE = "\"" + "z".repeat(5_000) + "\"";

    @Test
    void a_purged_run_leaves_nothing_behind() {
        RedisState empty = withoutPositions();
        RunId run = stage.newRun(Flows.PAIR);
        stage.run(stage.submission(run, Flows.PAIR, LARGE));
        stage.run(stage.start(run));
        stage.commit("w1", stage.success(stage.takeOne("w1", "work"), LARGE));
        stage.kill(stage.takeOne("w1", "other"));
        stage.run(stage.settlement(run));
        assertThat(stage.state().asMap()).containsKeys("blob:RUN:input", "blob:RUN:o:first", "dlq");

        stage.run(stage.purge(run, RunState.FAILED, "input", "o:first")).answered(PURGED);

        List<String> rest = withoutPositions().changesSince(empty);
        // Queues outlive runs, and so do their consumers; the doorbell is emptied by who hears it.
        assertThat(rest)
                .filteredOn(line -> !line.contains("inbox") && !line.contains("| consumer"))
                .containsExactly("+ queues | set", "+ queues | other", "+ queues | work");
    }

    @Test
    void a_definition_stays_as_long_as_a_run_uses_it() {
        RunId first = completed();
        RunId second = completed();

        stage.run(stage.purge(first, RunState.COMPLETED))
                .answered(PURGED)
                .changed(
                        """
                        - completed | TIME RUN
                        - run:RUN | hash
                        - run:RUN | finished = TIME
                        - run:RUN | head = COMPLETED HASH
                        - run:RUN | input = ={"n":7}
                        - run:RUN | name = single
                        - run:RUN | o:only = =1
                        - run:RUN | s:only = SUCCEEDED 1@work#1 w=w1 to=TIME ms=15
                        - run:RUN | started = TIME
                        - run:RUN | submitted = TIME
                        - workflow:HASH | runs = 2
                        + workflow:HASH | runs = 1
                        """);
        stage.run(stage.purge(second, RunState.COMPLETED))
                .answered(PURGED)
                .changed(
                        """
                        - completed | zset
                        - completed | TIME RUN2
                        - run:RUN2 | hash
                        - run:RUN2 | finished = TIME
                        - run:RUN2 | head = COMPLETED HASH
                        - run:RUN2 | input = ={"n":7}
                        - run:RUN2 | name = single
                        - run:RUN2 | o:only = =1
                        - run:RUN2 | s:only = SUCCEEDED 1@work#2 w=w1 to=TIME ms=15
                        - run:RUN2 | started = TIME
                        - run:RUN2 | submitted = TIME
                        - workflow:HASH | hash
                        - workflow:HASH | json = JSON
                        - workflow:HASH | name = single
                        - workflow:HASH | runs = 1
                        """);
    }

    @Test
    void purging_twice_removes_once() {
        completed();
        RunId run = completed();
        stage.run(stage.purge(run, RunState.COMPLETED));

        stage.run(stage.purge(run, RunState.COMPLETED)).answered(GONE).changedNothing();
    }

    @Test
    void a_listing_without_a_run_is_removed() {
        RunId run = completed();
        stage.commands().del(stage.keys().run(run));

        stage.run(stage.purge(run, RunState.COMPLETED))
                .answered(GONE)
                .changed(
                        """
                        - completed | zset
                        - completed | TIME RUN
                        """);
    }

    @Test
    void a_run_that_closed_too_late_stays() {
        RunId run = completed();
        PurgeRun all = stage.purge(run, RunState.COMPLETED);
        PurgeRun old =
                new PurgeRun(
                        all.keys(),
                        run,
                        all.state(),
                        all.workflowHash(),
                        1_000,
                        "",
                        List.of(),
                        List.of());

        stage.run(old).answered(YOUNG).changedNothing();
    }

    @Test
    void a_run_that_was_opened_again_stays() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.settlement(run));
        stage.run(stage.redrive(run, "first"));

        stage.run(stage.purge(run, RunState.FAILED)).answered(OPEN).changedNothing();
        stage.run(stage.purge(run, RunState.COMPLETED)).answered(OPEN).changedNothing();
    }

    @Test
    void a_callers_key_goes_with_its_run_and_never_with_another() {
        RunId run = completed();
        PurgeRun plain = stage.purge(run, RunState.COMPLETED);
        PurgeRun keyed =
                new PurgeRun(
                        plain.keys(),
                        run,
                        plain.state(),
                        plain.workflowHash(),
                        plain.finishedBeforeMillis(),
                        "order 7",
                        List.of(),
                        List.of());
        String key = stage.keys().callerKey("order 7");
        RunId other = completed();
        stage.commands().set(key, other + " hash abc");

        stage.run(keyed).answered(PURGED);
        assertThat(stage.commands().get(key)).startsWith(other.text());

        RunId last = completed();
        stage.commands().hset(stage.keys().run(last), "key", "order 7");
        stage.commands().set(key, last + " hash abc");
        stage.run(stage.purge(last, RunState.COMPLETED)).answered(PURGED);
        assertThat(stage.state().asMap()).doesNotContainKey("run-key:order 7");
    }

    private RunId completed() {
        RunId run = stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("w1", "work");
        stage.commit("w1", stage.success(begun, "1"));
        return run;
    }

    /** A stream remembers its last id, and its group where it is, when all entries are gone. */
    private RedisState withoutPositions() {
        return stage.state()
                .replacing("last .*#\\d+", "last")
                .replacing("group workers at .*", "group workers");
    }
}
