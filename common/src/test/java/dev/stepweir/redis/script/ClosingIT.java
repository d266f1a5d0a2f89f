package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.FailStep.Decision.RetryAfter;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.state.RunTransition;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts that end a run without its last step: settle and cancel. */
class ClosingIT extends OnStage {

    @Test
    @Covers(runs = RunTransition.SETTLE)
    void a_run_that_dead_steps_block_fails() {
        RunId run = stage.dead(Flows.PAIR);

        stage.run(stage.settlement(run))
                .answered(SettleRun.Outcome.FAILED)
                .changed(
                        """
                        + failed | zset
                        + failed | TIME RUN
                        - open | zset
                        - open | TIME RUN
                        - run:RUN | head = RUNNING HASH 1
                        + run:RUN | finished = TIME
                        + run:RUN | head = FAILED HASH 1
                        + run:RUN | why = blocked_by_failures
                        """);
        stage.run(stage.settlement(run)).answered(SettleRun.Outcome.ALREADY).changedNothing();
    }

    @Test
    void a_run_with_a_step_that_can_move_goes_on() {
        RunId ready = stage.started(Flows.JOIN);
        stage.run(stage.settlement(ready)).answered(SettleRun.Outcome.MOVING).changedNothing();

        stage.kill(stage.takeOne("w1", "work"));
        stage.run(stage.settlement(ready)).answered(SettleRun.Outcome.MOVING).changedNothing();

        for (Begun begun : stage.take("w1", "work")) {
            stage.run(stage.failure(begun, new RetryAfter(Duration.ofMinutes(1))));
        }
        stage.run(stage.settlement(ready)).answered(SettleRun.Outcome.MOVING).changedNothing();
    }

    @Test
    void a_run_that_was_not_started_or_is_gone_is_not_settled() {
        RunId run = stage.submitted(Flows.PAIR);
        stage.run(stage.settlement(run)).answered(SettleRun.Outcome.ALREADY).changedNothing();

        stage.commands().del(stage.keys().run(run));
        stage.run(stage.settlement(run)).answered(SettleRun.Outcome.GONE).changedNothing();
    }

    @Test
    @Covers(runs = RunTransition.CANCEL)
    void a_running_run_is_cancelled_once() {
        RunId run = stage.started(Flows.PAIR);

        stage.run(stage.cancellation(run))
                .answered(CancelRun.Outcome.CANCELLED)
                .changed(
                        """
                        + cancelled | zset
                        + cancelled | TIME RUN
                        + history:RUN | list
                        + history:RUN | TIME CANCELLED {}
                        - open | zset
                        - open | TIME RUN
                        - run:RUN | head = RUNNING HASH
                        + run:RUN | finished = TIME
                        + run:RUN | head = CANCELLED HASH
                        + run:RUN | why = ada: enough
                        """);
        stage.run(stage.cancellation(run)).answered(CancelRun.Outcome.ALREADY).changedNothing();
    }

    @Test
    @Covers(runs = RunTransition.CANCEL_SUBMITTED)
    void a_run_that_nobody_took_up_is_cancelled() {
        RunId run = stage.submitted(Flows.PAIR);

        stage.run(stage.cancellation(run))
                .answered(CancelRun.Outcome.CANCELLED)
                .changed(
                        """
                        + cancelled | zset
                        + cancelled | TIME RUN
                        + history:RUN | list
                        + history:RUN | TIME CANCELLED {}
                        - open | zset
                        - open | TIME RUN
                        - run:RUN | head = SUBMITTED HASH
                        + run:RUN | finished = TIME
                        + run:RUN | head = CANCELLED HASH
                        + run:RUN | why = ada: enough
                        """);
    }

    @Test
    @Covers(runs = RunTransition.CANCEL_FAILED)
    void a_failed_run_is_cancelled_and_listed_as_that_only() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.settlement(run));

        stage.run(stage.cancellation(run))
                .answered(CancelRun.Outcome.CANCELLED)
                .changed(
                        """
                        + cancelled | zset
                        + cancelled | TIME RUN
                        - failed | zset
                        - failed | TIME RUN
                        + history:RUN | TIME CANCELLED {}
                        - run:RUN | head = FAILED HASH 1
                        - run:RUN | why = blocked_by_failures
                        + run:RUN | head = CANCELLED HASH 1
                        + run:RUN | why = ada: enough
                        """);
        assertThat(stage.commands().zcard(stage.keys().failedRuns())).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "RUNNING", "DANCING ", "no head at all"})
    void a_run_whose_head_was_garbled_is_cancelled_and_can_be_read_again(String garbled) {
        RunId run = stage.started(Flows.PAIR);
        stage.commands().hset(stage.keys().run(run), "head", garbled);

        // Not through the stage, which reads each state to see what moved.
        assertThat(stage.cancellation(run).run(stage.redis().scripts()))
                .isEqualTo(CancelRun.Outcome.CANCELLED);

        assertThat(stage.head(run)).isEqualTo("CANCELLED unknown");
        assertThat(RunHead.parse(stage.head(run)).state()).isEqualTo(RunState.CANCELLED);
        assertThat(stage.commands().zrange(stage.keys().cancelledRuns(), 0, -1))
                .containsExactly(run.text());
        assertThat(stage.commands().zcard(stage.keys().openRuns())).isZero();
    }

    @Test
    void a_completed_or_missing_run_is_not_cancelled() {
        RunId run = stage.submitted(Flows.EMPTY);
        stage.run(stage.start(run));
        stage.run(stage.cancellation(run)).answered(CancelRun.Outcome.COMPLETED).changedNothing();

        stage.commands().del(stage.keys().run(run));
        stage.run(stage.cancellation(run)).answered(CancelRun.Outcome.GONE).changedNothing();
    }
}
