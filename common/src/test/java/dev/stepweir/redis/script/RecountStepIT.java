package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.RecountStep.Outcome.ALREADY;
import static dev.stepweir.redis.script.RecountStep.Outcome.COUNTED;
import static dev.stepweir.redis.script.RecountStep.Outcome.GONE;
import static dev.stepweir.redis.script.RecountStep.Outcome.PUBLISHED;
import static dev.stepweir.redis.script.RecountStep.Outcome.RUN_CLOSED;
import static dev.stepweir.redis.script.RecountStep.Outcome.STALE;

import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepTransition;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecountStepIT extends OnStage {

    private static final String ALL = StepFields.state("all");

    @Test
    void a_counter_that_is_right_stays_so() {
        RunId run = stage.started(Flows.JOIN);
        stage.run(recount(run, "all")).answered(ALREADY).changedNothing();

        stage.commit("w1", stage.success(stage.takeOne("w1", "work"), "1"));
        stage.run(recount(run, "all")).answered(ALREADY).changedNothing();
    }

    @Test
    @Covers(steps = StepTransition.RECOUNT)
    void a_counter_that_is_wrong_or_lost_is_counted_anew() {
        RunId run = stage.started(Flows.JOIN);
        stage.commit("w1", stage.success(stage.takeOne("w1", "work"), "1"));
        stage.commands().hset(stage.keys().run(run), ALL, "PENDING 1");
        stage.run(recount(run, "all"))
                .answered(COUNTED)
                .changed(
                        """
                        - run:RUN | s:all = PENDING 1
                        + run:RUN | s:all = PENDING 2
                        """);

        stage.commands().hdel(stage.keys().run(run), ALL);
        stage.run(recount(run, "all")).answered(COUNTED).changed("+ run:RUN | s:all = PENDING 2");
    }

    @Test
    @Covers(steps = StepTransition.RECOUNT_READY)
    void a_step_that_waits_for_nothing_is_published() {
        RunId run = stage.started(Flows.JOIN);
        for (int i = 0; i < 2; i++) {
            stage.commit("w1", stage.success(stage.takeOne("w1", "work"), "1"));
        }
        stage.commands().hset(stage.keys().run(run), ALL, "PENDING 2");
        stage.commit("w1", stage.success(stage.takeOne("w1", "work"), "1"));

        stage.run(recount(run, "all"))
                .answered(PUBLISHED)
                .changed(
                        """
                        + history:RUN | list
                        + history:RUN | TIME REPUBLISHED {"step":"all"}
                        - queue:other | last other#0
                        + queue:other | last other#1
                        + queue:other | entry other#1 d=RUN 1 s:all\\x1fo:a\\x1fo:b\\x1fo:c
                        - run:RUN | s:all = PENDING 1
                        + run:RUN | s:all = READY 1@other#1
                        """);
        stage.run(recount(run, "all")).answered(STALE).changedNothing();
    }

    @Test
    void in_a_paused_run_it_becomes_ready_without_an_entry() {
        RunId run = stage.started(Flows.PAIR);
        stage.commit("w1", stage.success(stage.takeOne("w1", "work"), "1"));
        stage.commands().hdel(stage.keys().run(run), StepFields.state("second"));
        stage.run(stage.pause(run));

        stage.run(recount(run, "second"))
                .answered(PUBLISHED)
                .changed(
                        """
                        + history:RUN | TIME REPUBLISHED {"step":"second"}
                        + run:RUN | s:second = READY 1@0-0
                        """);
    }

    @Test
    void a_run_that_is_over_or_gone_counts_nothing() {
        RunId run = stage.started(Flows.JOIN);
        stage.run(stage.cancellation(run));
        stage.run(recount(run, "all")).answered(RUN_CLOSED).changedNothing();
        stage.commands().del(stage.keys().run(run));
        stage.run(recount(run, "all")).answered(GONE).changedNothing();
    }

    private RecountStep recount(RunId run, String step) {
        return new RecountStep(
                stage.keys(),
                stage.step(run, step),
                stage.dependencies(run, step),
                HistoryEvent.record(HistoryEvent.REPUBLISHED, Map.of("step", step)));
    }
}
