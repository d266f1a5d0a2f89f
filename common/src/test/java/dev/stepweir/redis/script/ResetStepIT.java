package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.ResetStep.Outcome.CHANGED;
import static dev.stepweir.redis.script.ResetStep.Outcome.GONE;
import static dev.stepweir.redis.script.ResetStep.Outcome.PUBLISHED;
import static dev.stepweir.redis.script.ResetStep.Outcome.RUN_CLOSED;
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

class ResetStepIT extends OnStage {

    @Test
    @Covers(steps = StepTransition.RESET_WAITING)
    void a_step_that_waits_is_published_at_once_with_its_attempts_before_it() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.run(stage.failure(begun, new RetryAfter(Duration.ofMinutes(1))));
        String due = stage.stored(run, "first").replaceFirst(".* due=", "");

        assertThat(due).isNotEmpty();
        stage.run(stage.reset(run, "first"))
                .answered(PUBLISHED)
                .changed(
                        """
                        + history:RUN | TIME ACT {"step":"first"}
                        - queue:work | last work#1
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | s:first = WAITING_FOR_RETRY 1@work#1 f=1 due=TIME
                        + run:RUN | s:first = READY 2@work#2 f=1 fb=1
                        - timers | zset
                        - timers | TIME RUN first
                        """);
    }

    @Test
    @Covers(steps = StepTransition.RESET_READY)
    void a_step_is_taken_from_the_worker_that_got_stuck_with_it() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");

        stage.run(stage.reset(run, "first"))
                .answered(PUBLISHED)
                .changed(
                        """
                        + history:RUN | list
                        + history:RUN | TIME ACT {"step":"first"}
                        - queue:work | last work#1
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | s:first = READY 2@work#2
                        """);
        stage.commit("w1", stage.success(begun, "1")).answered(List.of(Result.STALE));
    }

    @Test
    @Covers(steps = StepTransition.RESET_PARKED)
    void a_parked_step_is_published_again_and_leaves_the_list() {
        RunId run = stage.started(Flows.PAIR);
        stage.run(ParkedStepIT.park(stage, stage.takeOne("w1", "work")));

        stage.run(stage.reset(run, "first"))
                .answered(PUBLISHED)
                .changed(
                        """
                        + history:RUN | TIME ACT {"step":"first"}
                        - parked-dependencies | set
                        - parked-dependencies | api
                        - parked:api | zset
                        - parked:api | 9000000000001 RUN first
                        - queue:work | last work#1
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | s:first = PARKED 1@work#1 at=9000000000001
                        + run:RUN | s:first = READY 2@work#2 at=9000000000001
                        """);
    }

    @Test
    void of_two_parked_steps_the_other_one_stays_on_the_list() {
        RunId run = stage.started(Flows.PAIR);
        RunId other = stage.started(Flows.PAIR);
        for (Begun begun : stage.take("w1", "work")) {
            stage.run(ParkedStepIT.park(stage, begun));
        }

        stage.run(stage.reset(run, "first")).answered(PUBLISHED);

        assertThat(stage.commands().zrange(stage.keys().parked("api"), 0, -1))
                .containsExactly(other.text() + " first");
        assertThat(stage.commands().smembers(stage.keys().parkedDependencies()))
                .containsExactly("api");
    }

    @Test
    void in_a_paused_run_it_is_ready_and_nothing_is_announced() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.run(stage.failure(begun, new RetryAfter(Duration.ofMinutes(1))));
        stage.run(stage.pause(run));

        stage.run(stage.reset(run, "first"))
                .answered(PUBLISHED)
                .changed(
                        """
                        + history:RUN | TIME ACT {"step":"first"}
                        - run:RUN | s:first = WAITING_FOR_RETRY 1@work#1 f=1 due=TIME
                        + run:RUN | s:first = READY 2@0-0 f=1 fb=1
                        - timers | zset
                        - timers | TIME RUN first
                        """);
        stage.run(stage.reset(run, "first")).answered(PUBLISHED);
        assertThat(stage.stored(run, "first")).isEqualTo("READY 3@0-0 f=1 fb=1");
    }

    @Test
    void of_two_resets_one_publishes() {
        RunId run = stage.started(Flows.PAIR);
        ResetStep reset = stage.reset(run, "first");
        stage.run(reset).answered(PUBLISHED);

        stage.run(reset).answered(CHANGED).changedNothing();
    }

    @Test
    void a_closed_or_missing_run_stays_as_it_is() {
        RunId run = stage.started(Flows.PAIR);
        ResetStep reset = stage.reset(run, "first");
        stage.run(stage.cancellation(run));
        stage.run(reset).answered(RUN_CLOSED).changedNothing();
        stage.commands().del(stage.keys().run(run));
        stage.run(reset).answered(GONE).changedNothing();
    }

    @Test
    void a_queue_of_another_type_leaves_all_as_it_is() {
        RunId run = stage.started(Flows.PAIR);
        ResetStep reset = stage.reset(run, "first");
        stage.damage("work");
        RedisState before = stage.state();

        assertThatThrownBy(() -> stage.run(reset)).hasMessageContaining("WRONGTYPE");

        assertThat(stage.state()).isEqualTo(before);
    }
}
