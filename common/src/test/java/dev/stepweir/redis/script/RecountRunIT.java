package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.RecountRun.Outcome.ALREADY;
import static dev.stepweir.redis.script.RecountRun.Outcome.COMPLETED;
import static dev.stepweir.redis.script.RecountRun.Outcome.COUNTED;
import static dev.stepweir.redis.script.RecountRun.Outcome.GONE;
import static dev.stepweir.redis.script.RecountRun.Outcome.RUN_CLOSED;

import dev.stepweir.run.RunId;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunTransition;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecountRunIT extends OnStage {

    private static final List<String> ENDS = List.of("left", "right");

    @Test
    void what_is_right_stays_so() {
        RunId run = forked();
        stage.run(recount(run)).answered(ALREADY).changedNothing();

        stage.commit("w1", stage.success(stage.takeOne("w1", "other"), "1"));
        stage.run(recount(run)).answered(ALREADY).changedNothing();

        stage.kill(stage.takeOne("w1", "other"));
        stage.run(recount(run)).answered(ALREADY).changedNothing();
    }

    @Test
    void dead_steps_are_counted_in_a_run_that_runs_and_in_one_that_failed() {
        RunId run = stage.dead(Flows.PAIR);
        RecountRun recount = new RecountRun(stage.keys(), run, List.of("second"), List.of("first"));
        head(run, "RUNNING", "");
        stage.run(recount)
                .answered(COUNTED)
                .changed(
                        """
                        - run:RUN | head = RUNNING HASH
                        + run:RUN | head = RUNNING HASH 1
                        """);
        stage.run(stage.settlement(run));
        head(run, "FAILED", " 7");
        stage.run(recount)
                .answered(COUNTED)
                .changed(
                        """
                        - run:RUN | head = FAILED HASH 7
                        + run:RUN | head = FAILED HASH 1
                        """);
    }

    @Test
    void a_counter_of_the_end_that_is_wrong_or_lost_is_counted_anew() {
        RunId run = forked();
        stage.commands().hset(stage.keys().run(run), StepFields.END, "PENDING 9");
        stage.run(recount(run))
                .answered(COUNTED)
                .changed(
                        """
                        - run:RUN | $end = PENDING 9
                        + run:RUN | $end = PENDING 2
                        """);
        stage.commit("w1", stage.success(stage.takeOne("w1", "other"), "1"));
        stage.commands().hdel(stage.keys().run(run), StepFields.END);
        stage.run(recount(run)).answered(COUNTED).changed("+ run:RUN | $end = PENDING 1");
    }

    @Test
    @Covers(runs = RunTransition.RECOUNT_COMPLETE)
    void a_run_whose_last_steps_have_all_succeeded_completes() {
        RunId run = missedItsEnd();

        stage.run(recount(run))
                .answered(COMPLETED)
                .changed(
                        """
                        + completed | zset
                        + completed | TIME RUN
                        - open | zset
                        - open | TIME RUN
                        - run:RUN | head = RUNNING HASH
                        + run:RUN | finished = TIME
                        + run:RUN | head = COMPLETED HASH
                        """);
        stage.run(recount(run)).answered(RUN_CLOSED).changedNothing();
    }

    @Test
    @Covers(runs = RunTransition.RECOUNT_PAUSED)
    void a_paused_run_completes_as_well() {
        RunId run = missedItsEnd();
        stage.run(stage.pause(run));

        stage.run(recount(run)).answered(COMPLETED);
    }

    @Test
    void a_run_that_is_gone_has_nothing_to_count() {
        stage.run(recount(stage.newRun(Flows.FORK))).answered(GONE).changedNothing();
    }

    private RunId forked() {
        RunId run = stage.started(Flows.FORK);
        stage.commit("w1", stage.success(stage.takeOne("w1", "work"), "1"));
        return run;
    }

    private RunId missedItsEnd() {
        RunId run = stage.started(Flows.FORK);
        stage.commit("w1", stage.success(stage.takeOne("w1", "work"), "1"));
        stage.commands().hset(stage.keys().run(run), StepFields.END, "PENDING 9");
        for (int i = 0; i < 2; i++) {
            stage.commit("w1", stage.success(stage.takeOne("w1", "other"), "1"));
        }
        return run;
    }

    private void head(RunId run, String state, String deaths) {
        String hash = stage.head(run).split(" ")[1];
        stage.commands().hset(stage.keys().run(run), "head", state + " " + hash + deaths);
    }

    private RecountRun recount(RunId run) {
        return new RecountRun(stage.keys(), run, ENDS, List.of("root"));
    }
}
