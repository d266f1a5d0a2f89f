package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.RecordOnce.Outcome.ALREADY;
import static dev.stepweir.redis.script.RecordOnce.Outcome.GONE;
import static dev.stepweir.redis.script.RecordOnce.Outcome.KEPT;
import static dev.stepweir.redis.script.RecordOnce.Outcome.NOTED;
import static dev.stepweir.redis.script.RecordOnce.Outcome.RUN_CLOSED;
import static dev.stepweir.redis.script.RecordOnce.Outcome.STALE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.run.RunId;
import org.junit.jupiter.api.Test;

class RecordOnceIT extends OnStage {

    @Test
    void what_was_done_is_noted_with_the_run_and_the_first_note_stays() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");

        stage.run(note(run, begun, "\"paid\""))
                .answered(NOTED)
                .changed("+ run:RUN | j:5:first:pay = =\"paid\"");
        stage.run(note(run, begun, "\"twice\"")).answered(KEPT).changedNothing();
    }

    @Test
    void a_large_result_is_kept_beside_the_run_and_goes_with_it() {
        RunId run = stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("w1", "work");
        String large = "\"" + "x".repeat(5_000) + "\"";
        RecordOnce note =
                new RecordOnce(
                        stage.keys(),
                        stage.step(run, "only"),
                        begun.stored(),
                        "pay",
                        Bytes.of(large));

        stage.run(note).answered(NOTED);

        assertThat(stage.state().get("run:RUN")).contains("j:4:only:pay = @");
        assertThat(stage.state().get("blob:RUN:j:4:only:pay")).isEqualTo("string\n" + large);
    }

    @Test
    void an_execution_that_is_not_current_notes_nothing() {
        RunId run = stage.started(Flows.PAIR);
        Begun first = stage.takeOne("w1", "work");
        RecordOnce late = note(run, first, "1");
        stage.run(
                new HandBackStep(
                        stage.keys(),
                        stage.step(run, "first"),
                        first.stored(),
                        "s:first",
                        "HANDED_BACK {}"));

        stage.run(late).answered(STALE).changedNothing();

        Begun second = stage.takeOne("w2", "work");
        stage.commit("w2", stage.success(second, "1"));
        stage.run(note(run, second, "1")).answered(ALREADY).changedNothing();
        stage.run(stage.cancellation(run));
        stage.run(note(run, second, "1")).answered(RUN_CLOSED).changedNothing();
        RunId nobody = stage.newRun(Flows.PAIR);
        stage.run(note(nobody, second, "1")).answered(GONE).changedNothing();
    }

    private RecordOnce note(RunId run, Begun begun, String json) {
        return new RecordOnce(
                stage.keys(), stage.step(run, "first"), begun.stored(), "pay", Bytes.of(json));
    }
}
