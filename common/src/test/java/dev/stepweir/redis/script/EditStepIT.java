package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.EditStep.Outcome.CHANGED;
import static dev.stepweir.redis.script.EditStep.Outcome.EDITED;
import static dev.stepweir.redis.script.EditStep.Outcome.GONE;
import static dev.stepweir.redis.script.EditStep.Outcome.RUN_CLOSED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.run.RunId;
import dev.stepweir.state.StepTransition;
import dev.stepweir.testkit.RedisState;
import org.junit.jupiter.api.Test;

class EditStepIT extends OnStage {

    @Test
    @Covers(steps = StepTransition.EDIT)
    void another_input_is_kept_beside_the_dead_step() {
        RunId run = stage.dead(Flows.PAIR);

        stage.run(stage.edit(run, "first", "{\"n\":8}"))
                .answered(EDITED)
                .changed(
                        """
                        + history:RUN | TIME EDITED {"step":"first"}
                        - run:RUN | s:first = DEAD 1@work#1 f=1 dlq=dlq#1
                        + run:RUN | i:first = ={"n":8}
                        + run:RUN | s:first = DEAD 1@work#1 f=1 ed=1 dlq=dlq#1
                        """);
    }

    @Test
    void a_large_input_is_kept_outside_the_run_until_a_small_one_replaces_it() {
        RunId run = stage.dead(Flows.PAIR);
        String large = "\"" + "x".repeat(5_000) + "\"";
        stage.run(stage.edit(run, "first", large)).answered(EDITED);
        String blob = stage.keys().blob(run, "i:first");
        assertThat(stage.commands().get(blob)).isEqualTo(large);
        assertThat(stage.commands().hget(stage.keys().run(run), "i:first")).isEqualTo("@");

        stage.run(stage.edit(run, "first", "1")).answered(EDITED);

        assertThat(stage.commands().exists(blob)).isZero();
        assertThat(stage.stored(run, "first")).contains(" ed=2 ");
    }

    @Test
    void what_was_edited_goes_along_when_the_step_is_redriven() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.edit(run, "first", "1"));

        stage.run(stage.redrive(run, "first"));

        assertThat(stage.takeOne("w1", "work").ledgers().isEdited()).isTrue();
    }

    @Test
    void a_dead_step_of_a_paused_run_can_be_edited() {
        RunId run = stage.started(Flows.SIBLINGS);
        stage.kill(stage.takeOne("w1", "work"));
        stage.run(stage.pause(run));

        stage.run(stage.edit(run, "root", "1")).answered(EDITED);

        assertThat(stage.head(run)).startsWith("PAUSED ");
    }

    @Test
    void of_two_who_saw_the_same_one_edits() {
        RunId run = stage.dead(Flows.PAIR);
        EditStep mine = stage.edit(run, "first", "1");
        EditStep yours = stage.edit(run, "first", "2");
        stage.run(mine).answered(EDITED);

        stage.run(yours).answered(CHANGED).changedNothing();
    }

    @Test
    void a_step_that_is_not_dead_and_a_closed_run_stay_as_they_are() {
        RunId run = stage.dead(Flows.PAIR);
        EditStep edit = stage.edit(run, "first", "1");
        stage.run(stage.cancellation(run));
        stage.run(edit).answered(RUN_CLOSED).changedNothing();
        stage.commands().del(stage.keys().run(run));
        stage.run(edit).answered(GONE).changedNothing();

        RunId other = stage.dead(Flows.PAIR);
        EditStep late = stage.edit(other, "first", "1");
        stage.run(stage.redrive(other, "first"));
        stage.run(late).answered(CHANGED).changedNothing();
    }

    @Test
    void a_run_of_another_type_is_left_alone() {
        RunId run = stage.dead(Flows.PAIR);
        EditStep edit = stage.edit(run, "first", "1");
        stage.commands().del(stage.keys().run(run));
        stage.commands().set(stage.keys().run(run), Stage.NO_STREAM);
        RedisState before = stage.state();

        assertThatThrownBy(() -> stage.run(edit)).hasMessageContaining("WRONGTYPE");

        assertThat(stage.state()).isEqualTo(before);
    }
}
