package dev.stepweir.redis.script;

import dev.stepweir.run.RunId;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class NoteEventIT extends OnStage {

    private NoteEvent note(RunId run) {
        return new NoteEvent(stage.keys(), run, "LATE_RESULT {}");
    }

    @Test
    void a_run_keeps_what_changed_nothing_also_when_it_is_closed() {
        RunId run = stage.submitted(Flows.PAIR);
        stage.run(note(run))
                .answered(NoteEvent.Outcome.NOTED)
                .changed(
                        """
                        + history:RUN | list
                        + history:RUN | TIME LATE_RESULT {}
                        """);
        stage.run(stage.cancellation(run));
        stage.run(note(run))
                .answered(NoteEvent.Outcome.NOTED)
                .changed("+ history:RUN | TIME LATE_RESULT {}\n");
    }

    @Test
    void nothing_is_noted_of_a_run_that_is_gone() {
        stage.run(note(stage.newRun(Flows.PAIR))).answered(NoteEvent.Outcome.GONE).changedNothing();
    }

    @Test
    void a_long_history_gets_no_longer() {
        RunId run = stage.submitted(Flows.PAIR);
        fill(stage, run);

        stage.run(note(run)).answered(NoteEvent.Outcome.FULL).changedNothing();
    }

    /** Gives a run a history as long as one may be. */
    static void fill(Stage stage, RunId run) {
        String[] events =
                Collections.nCopies(NoteEvent.MOST_EVENTS, "5 FAILED {}").toArray(String[]::new);
        stage.commands().rpush(stage.keys().history(run), events);
    }
}
