package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.NoteLetter.Outcome.CHANGED;
import static dev.stepweir.redis.script.NoteLetter.Outcome.GONE;
import static dev.stepweir.redis.script.NoteLetter.Outcome.NOTED;

import dev.stepweir.run.RunId;
import org.junit.jupiter.api.Test;

class NoteLetterIT extends OnStage {

    @Test
    void notes_are_kept_beside_the_run() {
        RunId run = stage.dead(Flows.PAIR);

        stage.run(stage.note(run, "first", "", "{\"by\":\"ada\"}"))
                .answered(NOTED)
                .changed(
                        """
                        + history:RUN | TIME ACT {"step":"first"}
                        + run:RUN | n:first = {"by":"ada"}
                        """);
    }

    @Test
    void of_two_who_read_the_same_one_writes() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.note(run, "first", "", "1")).answered(NOTED);

        stage.run(stage.note(run, "first", "", "2")).answered(CHANGED).changedNothing();
        stage.run(stage.note(run, "first", "1", "2")).answered(NOTED);
    }

    @Test
    void nothing_is_noted_of_a_letter_that_has_left() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.letterPurge(run, "first"));

        stage.run(stage.note(run, "first", "", "1")).answered(GONE).changedNothing();
    }
}
