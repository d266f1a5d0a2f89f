package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.PurgeLetter.Outcome.CHANGED;
import static dev.stepweir.redis.script.PurgeLetter.Outcome.GONE;
import static dev.stepweir.redis.script.PurgeLetter.Outcome.PURGED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.run.RunId;
import dev.stepweir.state.StepTransition;
import dev.stepweir.testkit.RedisState;
import org.junit.jupiter.api.Test;

class PurgeLetterIT extends OnStage {

    @Test
    @Covers(steps = StepTransition.FORGET)
    void a_letter_is_removed_and_its_step_stays_dead() {
        RunId run = stage.dead(Flows.PAIR);

        stage.run(stage.letterPurge(run, "first"))
                .answered(PURGED)
                .changed(
                        """
                        - dlq | entry dlq#1 letter=RUN/first died=TIME d={"letter":1}
                        + history:RUN | TIME LETTER_PURGED {"step":"first"}
                        - letters | hash
                        - letters | RUN/first = dlq#1
                        - run:RUN | s:first = DEAD 1@work#1 f=1 dlq=dlq#1
                        + run:RUN | s:first = DEAD 1@work#1 f=1
                        """);
    }

    @Test
    void a_step_without_its_letter_can_be_redriven_and_leaves_one_when_it_dies_again() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.letterPurge(run, "first"));

        stage.run(stage.redrive(run, "first")).answered(RedriveStep.Outcome.PUBLISHED);
        stage.kill(stage.takeOne("w1", "work"));

        assertThat(stage.stored(run, "first")).endsWith(" dlq=" + Stage.entryId("dlq", 2));
    }

    @Test
    void a_step_on_its_way_again_goes_on_without_its_letter() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.redrive(run, "first"));
        String stored = stage.stored(run, "first");

        stage.run(stage.letterPurge(run, "first")).answered(PURGED);

        assertThat(stage.stored(run, "first")).isEqualTo(stored);
    }

    @Test
    void a_letter_that_took_its_place_since_stays() {
        RunId run = stage.dead(Flows.PAIR);
        PurgeLetter purge = stage.letterPurge(run, "first");
        stage.run(stage.redrive(run, "first"));
        stage.kill(stage.takeOne("w1", "work"));

        stage.run(purge).answered(CHANGED).changedNothing();
    }

    @Test
    void purging_twice_removes_once() {
        RunId run = stage.dead(Flows.PAIR);
        PurgeLetter purge = stage.letterPurge(run, "first");
        stage.run(purge).answered(PURGED);

        stage.run(purge).answered(GONE).changedNothing();
    }

    @Test
    void a_letter_without_a_run_can_be_removed() {
        RunId run = stage.dead(Flows.PAIR);
        PurgeLetter purge = stage.letterPurge(run, "first");
        stage.commands().del(stage.keys().run(run), stage.keys().history(run));

        stage.run(purge).answered(PURGED);

        assertThat(stage.commands().exists(stage.keys().history(run))).isZero();
    }

    @Test
    void a_stream_of_another_type_leaves_all_as_it_is() {
        RunId run = stage.dead(Flows.PAIR);
        PurgeLetter purge = stage.letterPurge(run, "first");
        stage.commands().del(stage.keys().deadLetters());
        stage.commands().set(stage.keys().deadLetters(), Stage.NO_STREAM);
        RedisState before = stage.state();

        assertThatThrownBy(() -> stage.run(purge)).hasMessageContaining("WRONGTYPE");

        assertThat(stage.state()).isEqualTo(before);
    }
}
