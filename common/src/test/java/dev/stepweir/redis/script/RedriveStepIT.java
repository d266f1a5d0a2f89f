package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.RedriveStep.Outcome.ALREADY;
import static dev.stepweir.redis.script.RedriveStep.Outcome.GONE;
import static dev.stepweir.redis.script.RedriveStep.Outcome.PUBLISHED;
import static dev.stepweir.redis.script.RedriveStep.Outcome.RUN_CLOSED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.state.RunTransition;
import dev.stepweir.state.StepTransition;
import dev.stepweir.testkit.RedisState;
import org.junit.jupiter.api.Test;

class RedriveStepIT extends OnStage {

    @Test
    @Covers(steps = StepTransition.REDRIVE)
    void a_dead_step_is_published_and_its_letter_stays() {
        RunId run = stage.dead(Flows.PAIR);

        stage.run(stage.redrive(run, "first"))
                .answered(PUBLISHED)
                .changed(
                        """
                        + history:RUN | TIME REDRIVEN {"step":"first"}
                        - queue:work | last work#1
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | head = RUNNING HASH 1
                        - run:RUN | s:first = DEAD 1@work#1 f=1 dlq=dlq#1
                        + run:RUN | head = RUNNING HASH
                        + run:RUN | s:first = READY 2@work#2 f=1 fb=1 dlq=dlq#1
                        """);
    }

    @Test
    @Covers(runs = RunTransition.REOPEN)
    void a_failed_run_is_opened_again() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.settlement(run));

        stage.run(stage.redrive(run, "first"))
                .answered(PUBLISHED)
                .changed(
                        """
                        - failed | zset
                        - failed | TIME RUN
                        + history:RUN | TIME REDRIVEN {"step":"first"}
                        + open | zset
                        + open | TIME RUN
                        - queue:work | last work#1
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | finished = TIME
                        - run:RUN | head = FAILED HASH 1
                        - run:RUN | s:first = DEAD 1@work#1 f=1 dlq=dlq#1
                        - run:RUN | why = blocked_by_failures
                        + run:RUN | head = RUNNING HASH
                        + run:RUN | s:first = READY 2@work#2 f=1 fb=1 dlq=dlq#1
                        """);
    }

    @Test
    void an_opened_run_is_listed_by_its_submission_again() {
        RunId run = stage.submitted(Flows.PAIR);
        stage.commands().hset(stage.keys().run(run), "submitted", "1234");
        stage.run(stage.start(run));
        stage.kill(stage.takeOne("w1", "work"));
        stage.run(stage.settlement(run));

        stage.run(stage.redrive(run, "first")).answered(PUBLISHED);

        assertThat(stage.commands().zscore(stage.keys().openRuns(), run.text())).isEqualTo(1234.0);
    }

    @Test
    void redriving_twice_publishes_once() {
        RunId run = stage.dead(Flows.PAIR);
        RedriveStep redrive = stage.redrive(run, "first");
        stage.run(redrive);

        stage.run(redrive).answered(ALREADY).changedNothing();
    }

    @Test
    void the_others_that_are_dead_stay_counted() {
        RunId run = stage.started(Flows.JOIN);
        for (Begun begun : stage.take("w1", "work")) {
            stage.kill(begun);
        }
        stage.run(stage.settlement(run)).answered(SettleRun.Outcome.FAILED);
        assertThat(RunHead.parse(stage.head(run)).deadSteps()).isEqualTo(3);

        stage.run(stage.redrive(run, "b")).answered(PUBLISHED);

        RunHead head = RunHead.parse(stage.head(run));
        assertThat(head.state()).isEqualTo(RunState.RUNNING);
        assertThat(head.deadSteps()).isEqualTo(2);
    }

    @Test
    void a_cancelled_or_missing_run_stays_as_it_is() {
        RunId run = stage.dead(Flows.PAIR);
        RedriveStep redrive = stage.redrive(run, "first");
        stage.run(stage.cancellation(run));
        stage.run(redrive).answered(RUN_CLOSED).changedNothing();

        stage.commands().del(stage.keys().run(run));
        stage.run(redrive).answered(GONE).changedNothing();
    }

    @Test
    void a_queue_of_another_type_leaves_the_step_dead() {
        RunId run = stage.dead(Flows.PAIR);
        RedriveStep redrive = stage.redrive(run, "first");
        stage.damage("work");
        RedisState before = stage.state();

        assertThatThrownBy(() -> stage.run(redrive)).hasMessageContaining("WRONGTYPE");

        assertThat(stage.state()).isEqualTo(before);
    }
}
