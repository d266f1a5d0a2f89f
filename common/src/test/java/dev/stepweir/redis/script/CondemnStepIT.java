package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.CondemnStep.Outcome.CHANGED;
import static dev.stepweir.redis.script.CondemnStep.Outcome.DEAD;
import static dev.stepweir.redis.script.CondemnStep.Outcome.GONE;
import static dev.stepweir.redis.script.CondemnStep.Outcome.RUN_CLOSED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.AdvanceSteps.Result;
import dev.stepweir.redis.script.FailStep.Decision.RetryAfter;
import dev.stepweir.run.RunId;
import dev.stepweir.state.StepTransition;
import dev.stepweir.testkit.RedisState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CondemnStepIT extends OnStage {

    @Test
    @Covers(steps = StepTransition.CONDEMN_READY)
    void a_step_that_a_worker_executes_is_dead_and_its_late_report_stale() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");

        stage.run(stage.condemnation(run, "first"))
                .answered(DEAD)
                .changed(
                        """
                        - dlq | last dlq#0
                        + dlq | last dlq#1
                        + dlq | entry dlq#1 letter=RUN/first died=TIME d={"letter":2}
                        + history:RUN | list
                        + history:RUN | TIME ACT {"step":"first"}
                        - inbox | last inbox#1
                        + inbox | last inbox#2
                        + inbox | entry inbox#2 settle=RUN
                        + letters | hash
                        + letters | RUN/first = dlq#1
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        - run:RUN | head = RUNNING HASH
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | e:first = {"why":"enough"}
                        + run:RUN | head = RUNNING HASH 1
                        + run:RUN | s:first = DEAD 2@work#1 dlq=dlq#1
                        """);
        stage.commit("w1", stage.success(begun, "1")).answered(List.of(Result.STALE));
    }

    @Test
    @Covers(steps = StepTransition.CONDEMN_WAITING)
    void a_step_that_waits_for_its_retry_is_dead_and_can_be_redriven() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.run(stage.failure(begun, new RetryAfter(Duration.ofMinutes(1))));

        stage.run(stage.condemnation(run, "first")).answered(DEAD);

        assertThat(stage.commands().exists(stage.keys().timers())).isZero();
        stage.run(stage.redrive(run, "first")).answered(RedriveStep.Outcome.PUBLISHED);
        assertThat(stage.stored(run, "first")).startsWith("READY 3@");
    }

    @Test
    @Covers(steps = StepTransition.CONDEMN_PARKED)
    void a_parked_step_is_dead_and_leaves_the_list() {
        RunId run = stage.started(Flows.PAIR);
        stage.run(ParkedStepIT.park(stage, stage.takeOne("w1", "work")));

        stage.run(stage.condemnation(run, "first")).answered(DEAD);

        assertThat(stage.stored(run, "first")).startsWith("DEAD 2@");
        assertThat(stage.commands().exists(stage.keys().parked("api"))).isZero();
        assertThat(stage.commands().exists(stage.keys().parkedDependencies())).isZero();
    }

    @Test
    void a_paused_run_stays_paused() {
        RunId run = stage.started(Flows.PAIR);
        stage.run(stage.pause(run));

        stage.run(stage.condemnation(run, "first")).answered(DEAD);

        assertThat(stage.head(run)).startsWith("PAUSED ").endsWith(" 1");
        stage.run(stage.settlement(run)).answered(SettleRun.Outcome.ALREADY).changedNothing();
    }

    @Test
    void condemning_twice_leaves_one_letter() {
        RunId run = stage.started(Flows.PAIR);
        CondemnStep condemnation = stage.condemnation(run, "first");
        stage.run(condemnation).answered(DEAD);

        stage.run(condemnation).answered(CHANGED).changedNothing();
    }

    @Test
    void a_closed_or_missing_run_stays_as_it_is() {
        RunId run = stage.started(Flows.PAIR);
        CondemnStep condemnation = stage.condemnation(run, "first");
        stage.run(stage.cancellation(run));
        stage.run(condemnation).answered(RUN_CLOSED).changedNothing();
        stage.commands().del(stage.keys().run(run));
        stage.run(condemnation).answered(GONE).changedNothing();
    }

    @Test
    void a_queue_of_another_type_leaves_all_as_it_is() {
        RunId run = stage.started(Flows.PAIR);
        CondemnStep condemnation = stage.condemnation(run, "first");
        stage.damage("work");
        RedisState before = stage.state();

        assertThatThrownBy(() -> stage.run(condemnation)).hasMessageContaining("WRONGTYPE");

        assertThat(stage.state()).isEqualTo(before);
    }
}
