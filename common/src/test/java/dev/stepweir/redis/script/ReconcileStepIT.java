package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.ReconcileStep.Outcome.ALREADY;
import static dev.stepweir.redis.script.ReconcileStep.Outcome.GONE;
import static dev.stepweir.redis.script.ReconcileStep.Outcome.HELD;
import static dev.stepweir.redis.script.ReconcileStep.Outcome.PUBLISHED;
import static dev.stepweir.redis.script.ReconcileStep.Outcome.QUEUED;
import static dev.stepweir.redis.script.ReconcileStep.Outcome.RUN_CLOSED;
import static dev.stepweir.redis.script.ReconcileStep.Outcome.STALE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import dev.stepweir.state.StepTransition;
import io.lettuce.core.Consumer;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReconcileStepIT extends OnStage {

    @Test
    void an_entry_that_will_be_delivered_or_is_held_is_left_alone() {
        RunId run = stage.started(Flows.PAIR);
        stage.run(reconcile(run, "first")).answered(QUEUED).changedNothing();

        stage.takeOne("w1", "work");
        stage.run(reconcile(run, "first")).answered(HELD).changedNothing();
    }

    @Test
    @Covers(steps = StepTransition.REPUBLISH)
    void a_deleted_entry_is_published_again_under_a_new_number() {
        RunId run = stage.started(Flows.PAIR);
        stage.commands().xdel(stage.keys().queue("work"), Stage.entryId("work", 1));

        stage.run(reconcile(run, "first"))
                .answered(PUBLISHED)
                .changed(
                        """
                        + history:RUN | list
                        + history:RUN | TIME REPUBLISHED {"step":"first"}
                        - queue:work | last work#1
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | s:first = READY 2@work#2 r=1
                        """);
    }

    @Test
    void an_entry_whose_consumer_was_deleted_is_published_again_and_the_old_one_removed() {
        RunId run = stage.started(Flows.PAIR);
        stage.takeOne("w1", "work");
        stage.commands()
                .xgroupDelconsumer(
                        stage.keys().queue("work"), Consumer.from(Keys.WORKER_GROUP, "w1"));

        stage.run(reconcile(run, "first"))
                .answered(PUBLISHED)
                .changed(
                        """
                        + history:RUN | list
                        + history:RUN | TIME REPUBLISHED {"step":"first"}
                        - queue:work | last work#1
                        - queue:work | entry work#1 d=RUN 1 s:first
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | s:first = READY 2@work#2 r=1
                        """);
    }

    @Test
    void a_lost_group_is_created_at_the_end_and_no_entry_is_delivered_twice() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.commands().xgroupDestroy(stage.keys().queue("work"), Keys.WORKER_GROUP);

        stage.run(reconcile(run, "first"))
                .answered(PUBLISHED)
                .changed(
                        """
                        + history:RUN | list
                        + history:RUN | TIME REPUBLISHED {"step":"first"}
                        - queue:work | last work#1
                        - queue:work | entry work#1 d=RUN 1 s:first
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        + queue:work | group workers at work#1
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | s:first = READY 2@work#2 r=1
                        """);

        assertThat(stage.take("w2", "work"))
                .extracting(Begun::entryId)
                .containsExactly(Stage.entryId("work", 2))
                .doesNotContain(begun.entryId());
    }

    @Test
    void a_lost_stream_is_created_and_the_step_published() {
        RunId run = stage.started(Flows.PAIR);
        stage.commands().del(stage.keys().queue("work"));

        stage.run(reconcile(run, "first")).answered(PUBLISHED);

        assertThat(stage.take("w1", "work")).hasSize(1);
    }

    @Test
    void reconciling_twice_publishes_once() {
        RunId run = stage.started(Flows.PAIR);
        stage.commands().xdel(stage.keys().queue("work"), Stage.entryId("work", 1));
        ReconcileStep reconcile = reconcile(run, "first");
        stage.run(reconcile);

        stage.run(reconcile).answered(STALE).changedNothing();
    }

    @Test
    void a_step_that_was_reported_meanwhile_is_left_alone() {
        RunId run = stage.started(Flows.PAIR);
        ReconcileStep reconcile = reconcile(run, "first");
        stage.kill(stage.takeOne("w1", "work"));

        stage.run(reconcile).answered(ALREADY).changedNothing();
    }

    @Test
    void a_closed_or_missing_run_is_left_alone() {
        RunId run = stage.started(Flows.PAIR);
        ReconcileStep reconcile = reconcile(run, "first");
        stage.run(stage.cancellation(run));
        stage.run(reconcile).answered(RUN_CLOSED).changedNothing();

        stage.commands().del(stage.keys().run(run));
        stage.run(reconcile).answered(GONE).changedNothing();
    }

    private ReconcileStep reconcile(RunId run, String step) {
        return new ReconcileStep(
                stage.keys(),
                stage.step(run, step),
                stage.stored(run, step),
                stage.dependencies(run, step),
                HistoryEvent.record(HistoryEvent.REPUBLISHED, Map.of("step", step)));
    }
}
