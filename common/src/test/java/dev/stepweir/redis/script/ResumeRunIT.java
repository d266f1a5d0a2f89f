package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.ResumeRun.Outcome.ALREADY;
import static dev.stepweir.redis.script.ResumeRun.Outcome.GONE;
import static dev.stepweir.redis.script.ResumeRun.Outcome.LOCK_LOST;
import static dev.stepweir.redis.script.ResumeRun.Outcome.PUBLISHED;
import static dev.stepweir.redis.script.ResumeRun.Outcome.RESUMED;
import static dev.stepweir.redis.script.ResumeRun.Outcome.RUN_CLOSED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.FailStep.Decision.RetryAfter;
import dev.stepweir.redis.script.ResumeRun.Answer;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunTransition;
import dev.stepweir.state.StepTransition;
import dev.stepweir.testkit.RedisState;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ResumeRunIT extends OnStage {

    @Test
    void a_lock_has_one_holder_and_a_rising_token() {
        RunId run = stage.started(Flows.PAIR);

        stage.lock(run, "op-1")
                .answered(new LockRun.Answer(LockRun.Outcome.HELD, 1, "op-1"))
                .changed(
                        """
                        + resume-lock:RUN | string (expires)
                        + resume-lock:RUN | 1 op-1
                        + run:RUN | resumes = 1
                        """);
        stage.lock(run, "op-2")
                .answered(new LockRun.Answer(LockRun.Outcome.LOCKED, 1, "op-1"))
                .changedNothing();
        stage.lock(run, "op-1").answered(new LockRun.Answer(LockRun.Outcome.HELD, 1, "op-1"));

        stage.run(new UnlockRun(stage.keys(), run, 2))
                .answered(UnlockRun.Outcome.LAPSED)
                .changedNothing();
        stage.run(new UnlockRun(stage.keys(), run, 1)).answered(UnlockRun.Outcome.RELEASED);
        stage.lock(run, "op-2").answered(new LockRun.Answer(LockRun.Outcome.HELD, 2, "op-2"));
    }

    @Test
    void a_run_that_is_gone_is_not_locked() {
        RunId run = stage.newRun(Flows.PAIR);

        stage.lock(run, "op-1")
                .answered(new LockRun.Answer(LockRun.Outcome.GONE, 0, ""))
                .changedNothing();
        stage.resume(run, 1).answered(new Answer(GONE, List.of())).changedNothing();
    }

    @Test
    @Covers(runs = RunTransition.RESUME)
    void a_paused_run_runs_again_and_its_ready_steps_are_announced() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.run(stage.pause(run));
        stage.commit("w1", stage.success(begun, "1"));
        stage.lock(run, "op-1");

        stage.resume(run, 1)
                .answered(new Answer(RESUMED, List.of()))
                .changed(
                        """
                        + history:RUN | TIME RESUMED {}
                        - inbox | last inbox#1
                        + inbox | last inbox#2
                        + inbox | entry inbox#2 settle=RUN
                        - run:RUN | head = PAUSED HASH
                        - run:RUN | paused = TIME {"by":"ada","reason":""}
                        + run:RUN | head = RUNNING HASH
                        """);
        ReconcileStep announce =
                new ReconcileStep(
                        stage.keys(),
                        stage.step(run, "second"),
                        stage.stored(run, "second"),
                        List.of("first"),
                        HistoryEvent.record(HistoryEvent.REPUBLISHED, Map.of()));
        stage.run(announce).answered(ReconcileStep.Outcome.PUBLISHED);
        assertThat(stage.stored(run, "second")).isEqualTo("READY 2@" + Stage.entryId("other", 1));
    }

    @Test
    void a_paused_run_is_never_seen_blocked_by_the_steps_that_it_is_resumed_with() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.pause(run));
        stage.lock(run, "op-1");

        stage.resume(run, 1, stage.failed(run, "first"))
                .answered(new Answer(RESUMED, List.of(PUBLISHED)));

        assertThat(stage.head(run)).startsWith("RUNNING ");
        assertThat(stage.head(run).split(" ")).hasSize(2);
        stage.run(stage.settlement(run)).answered(SettleRun.Outcome.MOVING).changedNothing();
    }

    @Test
    void a_queue_of_another_type_leaves_a_paused_run_paused() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.pause(run));
        ResumeRun.Step first = stage.failed(run, "first");
        stage.lock(run, "op-1");
        stage.damage("work");
        RedisState before = stage.state();

        assertThatThrownBy(() -> stage.resume(run, 1, first)).hasMessageContaining("WRONGTYPE");

        assertThat(stage.state()).isEqualTo(before);
    }

    @Test
    @Covers(runs = RunTransition.RESUME_SUBMITTED)
    void a_run_that_never_started_is_submitted_again() {
        RunId run = stage.submitted(Flows.PAIR);
        stage.run(stage.pause(run));
        stage.lock(run, "op-1");

        stage.resume(run, 1).answered(new Answer(RESUMED, List.of()));

        assertThat(stage.head(run)).startsWith("SUBMITTED ");
        stage.run(stage.start(run)).answered(StartRun.Outcome.STARTED);
    }

    @Test
    @Covers(steps = StepTransition.RESUME_DEAD, runs = RunTransition.RESUME_FAILED)
    void a_failed_run_runs_again_with_its_dead_step() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.settlement(run));
        stage.lock(run, "op-1");

        stage.resume(run, 1, stage.failed(run, "first"))
                .answered(new Answer(RESUMED, List.of(PUBLISHED)))
                .changed(
                        """
                        - failed | zset
                        - failed | TIME RUN
                        + history:RUN | TIME RESUMED {}
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
    @Covers(steps = StepTransition.RESUME_WAITING)
    void a_step_that_waits_for_a_retry_is_published_at_once_and_its_timer_goes() {
        RunId run = stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("w1", "work");
        stage.run(stage.failure(begun, new RetryAfter(Duration.ofHours(1))));
        stage.lock(run, "op-1");

        stage.resume(run, 1, stage.failed(run, "only"))
                .answered(new Answer(RESUMED, List.of(PUBLISHED)));

        assertThat(stage.stored(run, "only"))
                .isEqualTo("READY 2@" + Stage.entryId("work", 2) + " f=1 fb=1");
        assertThat(stage.commands().zcard(stage.keys().timers())).isZero();
    }

    @Test
    void resuming_twice_publishes_once() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.settlement(run));
        stage.lock(run, "op-1");
        ResumeRun.Step first = stage.failed(run, "first");
        stage.resume(run, 1, first);

        stage.resume(run, 1, first)
                .answered(new Answer(RESUMED, List.of(ALREADY)))
                .changedNothing();
    }

    @Test
    @DisplayName("B17: whoever lost a lock changes nothing, its token is checked")
    void who_does_not_hold_the_lock_changes_nothing() {
        RunId run = stage.dead(Flows.PAIR);
        ResumeRun.Step first = stage.failed(run, "first");
        stage.resume(run, 1, first).answered(new Answer(LOCK_LOST, List.of())).changedNothing();

        stage.lock(run, "op-1");
        stage.commands().del(stage.keys().resumeLock(run));
        stage.lock(run, "op-2");

        stage.resume(run, 1, first).answered(new Answer(LOCK_LOST, List.of())).changedNothing();
        stage.resume(run, 2, first).answered(new Answer(RESUMED, List.of(PUBLISHED)));
    }

    @Test
    void a_run_that_is_over_stays_so() {
        RunId run = stage.dead(Flows.PAIR);
        ResumeRun.Step first = stage.failed(run, "first");
        stage.lock(run, "op-1");
        stage.run(stage.cancellation(run));

        stage.resume(run, 1, first).answered(new Answer(RUN_CLOSED, List.of())).changedNothing();
    }

    @Test
    void a_failed_run_of_which_nothing_is_published_stays_failed() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.settlement(run));
        stage.lock(run, "op-1");

        stage.resume(run, 1).answered(new Answer(RESUMED, List.of())).changedNothing();
    }

    @Test
    void the_others_that_are_dead_stay_counted() {
        RunId run = stage.started(Flows.JOIN);
        stage.take("w1", "work").forEach(stage::kill);
        stage.run(stage.settlement(run)).answered(SettleRun.Outcome.FAILED);
        stage.lock(run, "op-1");

        stage.resume(run, 1, stage.failed(run, "a"), stage.failed(run, "c"));

        assertThat(stage.head(run)).startsWith("RUNNING ").endsWith(" 1");
    }

    @Test
    void a_queue_of_another_type_leaves_its_step_dead() {
        RunId run = stage.dead(Flows.PAIR);
        ResumeRun.Step first = stage.failed(run, "first");
        stage.lock(run, "op-1");
        stage.damage("work");
        RedisState before = stage.state();

        assertThatThrownBy(() -> stage.resume(run, 1, first)).hasMessageContaining("WRONGTYPE");

        assertThat(stage.state()).isEqualTo(before);
    }

    @Test
    void a_call_is_bounded() {
        RunId run = stage.dead(Flows.PAIR);
        ResumeRun.Step first = stage.failed(run, "first");

        assertThatThrownBy(() ->
                        stage.resume(
                                run,
                                1,
                                Collections.nCopies(65, first).toArray(ResumeRun.Step[]::new)))
                .hasMessageContaining("at most 64, found 65");
    }
}
