package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.HandBackStep.Outcome.ALREADY;
import static dev.stepweir.redis.script.HandBackStep.Outcome.GONE;
import static dev.stepweir.redis.script.HandBackStep.Outcome.PUBLISHED;
import static dev.stepweir.redis.script.HandBackStep.Outcome.RUN_CLOSED;
import static dev.stepweir.redis.script.HandBackStep.Outcome.STALE;

import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.state.StepTransition;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HandBackStepIT extends OnStage {

    @Test
    @Covers(steps = StepTransition.HAND_BACK)
    void a_step_in_hand_is_published_again_for_nothing() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");

        stage.run(handBack(stage, begun))
                .answered(PUBLISHED)
                .changed(
                        """
                        + history:RUN | list
                        + history:RUN | TIME HANDED_BACK {"step":"first"}
                        - queue:work | last work#1
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | s:first = READY 2@work#2 r=1
                        """);
    }

    @Test
    void a_step_that_comes_back_for_long_is_published_without_a_longer_history() {
        RunId run = stage.started(Flows.PAIR);
        NoteEventIT.fill(stage, run);
        stage.run(handBack(stage, stage.takeOne("w1", "work")))
                .answered(PUBLISHED)
                .changed(
                        """
                        - queue:work | last work#1
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | s:first = READY 2@work#2 r=1
                        """);
    }

    @Test
    void handing_back_twice_publishes_once() {
        stage.started(Flows.PAIR);
        HandBackStep handBack = handBack(stage, stage.takeOne("w1", "work"));
        stage.run(handBack);

        stage.run(handBack).answered(STALE).changedNothing();
    }

    @Test
    void a_step_that_was_reported_is_not_handed_back() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.commit("w1", stage.success(begun, "1"));

        stage.run(handBack(stage, begun)).answered(ALREADY).changedNothing();
    }

    @Test
    void a_closed_or_missing_run_only_loses_the_entry() {
        RunId run = stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("w1", "work");
        stage.run(stage.cancellation(run));
        stage.run(handBack(stage, begun))
                .answered(RUN_CLOSED)
                .changed(
                        """
                        - queue:work | entry work#1 d=RUN 1 s:only
                        - queue:work | pending workers work#1 of w1, delivered 1
                        """);

        RunId gone = stage.started(Flows.SINGLE);
        Begun orphan = stage.takeOne("w1", "work");
        stage.commands().del(stage.keys().run(gone));
        stage.run(handBack(stage, orphan))
                .answered(GONE)
                .changed(
                        """
                        - queue:work | entry work#2 d=RUN2 1 s:only
                        - queue:work | pending workers work#2 of w1, delivered 1
                        """);
    }

    static HandBackStep handBack(Stage stage, Begun begun) {
        QueueEntry entry = QueueEntry.parse(begun.entry());
        return new HandBackStep(
                stage.keys(),
                new StepAddress(entry.run(), entry.step(), begun.queue()),
                begun.stored(),
                entry.announcement(),
                HistoryEvent.record(HistoryEvent.HANDED_BACK, Map.of("step", entry.step())));
    }
}
