package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.ExpireRun.Outcome.EARLY;
import static dev.stepweir.redis.script.ExpireRun.Outcome.EXPIRED;
import static dev.stepweir.redis.script.ExpireRun.Outcome.GONE;
import static dev.stepweir.redis.script.ExpireRun.Outcome.NO_DEADLINE;
import static dev.stepweir.redis.script.ExpireRun.Outcome.RUN_CLOSED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.AdvanceSteps.Result;
import dev.stepweir.redis.script.ResumeRun.Answer;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunTransition;
import dev.stepweir.testkit.RedisState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A run's deadline, from its start to its end and beyond. */
class ExpireRunIT extends OnStage {

    private static final Duration HOUR = Duration.ofHours(1);

    private ExpireRun expiry(RunId run) {
        return new ExpireRun(stage.keys(), run, "DEADLINE {}");
    }

    private RunId started(Duration timeout) {
        RunId run = stage.submitted(Flows.PAIR);
        stage.run(stage.start(run, timeout));
        return run;
    }

    private void unsetTimer(RunId run) {
        stage.commands().zrem(stage.keys().timers(), RunDeadline.timer(run));
    }

    @Test
    void a_run_that_has_a_deadline_gets_a_timer_when_it_starts() {
        RunId run = stage.submitted(Flows.SINGLE);

        stage.run(stage.start(run, HOUR))
                .answered(StartRun.Outcome.STARTED)
                .changed(
                        """
                        - queue:work | last work#0
                        + queue:work | last work#1
                        + queue:work | entry work#1 d=RUN 1 s:only
                        + queues | set
                        + queues | work
                        - run:RUN | head = SUBMITTED HASH
                        + run:RUN | deadline = TIME 3600000
                        + run:RUN | head = RUNNING HASH
                        + run:RUN | s:only = READY 1@work#1
                        + run:RUN | started = TIME
                        + timers | zset
                        + timers | TIME RUN!deadline
                        """);
    }

    @Test
    @Covers(runs = RunTransition.EXPIRE)
    void a_run_that_is_late_fails_and_what_is_executed_is_not_committed() {
        RunId run = started(Duration.ZERO);
        Begun begun = stage.takeOne("w1", "work");

        stage.run(expiry(run))
                .answered(EXPIRED)
                .changed(
                        """
                        + failed | zset
                        + failed | TIME RUN
                        + history:RUN | list
                        + history:RUN | TIME DEADLINE {}
                        - open | zset
                        - open | TIME RUN
                        - run:RUN | head = RUNNING HASH
                        + run:RUN | finished = TIME
                        + run:RUN | head = FAILED HASH
                        + run:RUN | why = deadline
                        - timers | zset
                        - timers | TIME RUN!deadline
                        """);
        stage.commit("w1", stage.success(begun, "1")).answered(List.of(Result.RUN_CLOSED));
        stage.run(expiry(run)).answered(RUN_CLOSED).changedNothing();
    }

    @Test
    @Covers(runs = RunTransition.EXPIRE_PAUSED)
    void a_pause_does_not_hold_the_deadline_up() {
        RunId run = started(Duration.ZERO);
        stage.run(stage.pause(run));

        stage.run(expiry(run)).answered(EXPIRED);

        assertThat(stage.head(run)).startsWith("FAILED ");
    }

    @Test
    void a_run_is_never_failed_before_its_time() {
        RunId run = started(HOUR);
        RedisState before = stage.state();
        stage.run(expiry(run)).answered(EARLY).changedNothing();

        unsetTimer(run);
        stage.run(expiry(run)).answered(EARLY);
        assertThat(stage.state()).isEqualTo(before);
    }

    @Test
    void the_timer_of_a_deadline_that_does_not_hold_is_removed() {
        RunId without = stage.started(Flows.PAIR);
        for (RunId run : List.of(without, stage.newRun(Flows.PAIR))) {
            RedisState before = stage.state();
            stage.commands().zadd(stage.keys().timers(), 1, RunDeadline.timer(run));
            stage.run(expiry(run)).answered(run.equals(without) ? NO_DEADLINE : GONE);
            assertThat(stage.state()).isEqualTo(before);
        }
    }

    @Test
    void the_timer_of_a_cancelled_run_is_removed_when_it_is_met() {
        RunId run = started(HOUR);
        stage.run(stage.cancellation(run));
        stage.run(expiry(run))
                .answered(RUN_CLOSED)
                .changed(
                        """
                        - timers | zset
                        - timers | TIME RUN!deadline
                        """);
    }

    @Test
    void a_late_run_that_is_resumed_has_its_whole_time_again() {
        RunId run = started(Duration.ZERO);
        stage.run(expiry(run));
        stage.lock(run, "op-1");

        stage.resume(run, 1)
                .answered(new Answer(ResumeRun.Outcome.RESUMED, List.of()))
                .changed(
                        """
                        - failed | zset
                        - failed | TIME RUN
                        + history:RUN | TIME RESUMED {}
                        - inbox | last inbox#1
                        + inbox | last inbox#2
                        + inbox | entry inbox#2 settle=RUN
                        + open | zset
                        + open | TIME RUN
                        - run:RUN | finished = TIME
                        - run:RUN | head = FAILED HASH
                        - run:RUN | why = deadline
                        + run:RUN | head = RUNNING HASH
                        + timers | zset
                        + timers | TIME RUN!deadline
                        """);
        assertThat(stage.commit("w1", stage.success(stage.takeOne("w1", "work"), "1")).outcome())
                .isEqualTo(List.of(Result.APPLIED));
    }

    @Test
    void a_dead_step_that_is_redriven_gives_its_run_the_whole_time_again() {
        RunId run = started(HOUR);
        stage.kill(stage.takeOne("w1", "work"));
        stage.run(stage.settlement(run)).answered(SettleRun.Outcome.FAILED);
        stage.commands().hset(stage.keys().run(run), RunDeadline.FIELD, "5 3600000");
        unsetTimer(run);

        stage.run(stage.redrive(run, "first")).answered(RedriveStep.Outcome.PUBLISHED);

        String stored = stage.commands().hget(stage.keys().run(run), RunDeadline.FIELD);
        RunDeadline deadline = RunDeadline.parse(String.valueOf(stored));
        assertThat(deadline.time()).isEqualTo(HOUR);
        assertThat(stage.commands().zscore(stage.keys().timers(), RunDeadline.timer(run)))
                .isEqualTo((double) deadline.dueMillis())
                .isGreaterThan(1_000_000);
    }
}
