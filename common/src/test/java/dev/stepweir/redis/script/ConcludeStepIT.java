package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.ConcludeStep.Outcome.CHANGED;
import static dev.stepweir.redis.script.ConcludeStep.Outcome.COMPLETED;
import static dev.stepweir.redis.script.ConcludeStep.Outcome.CONCLUDED;
import static dev.stepweir.redis.script.ConcludeStep.Outcome.GONE;
import static dev.stepweir.redis.script.ConcludeStep.Outcome.RUN_CLOSED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.AdvanceSteps.Commit;
import dev.stepweir.redis.script.AdvanceSteps.Result;
import dev.stepweir.redis.script.FailStep.Decision.RetryAfter;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.state.RunState;
import dev.stepweir.state.RunTransition;
import dev.stepweir.state.StepState;
import dev.stepweir.state.StepTransition;
import dev.stepweir.testkit.RedisState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConcludeStepIT extends OnStage {

    @Test
    @Covers(steps = {StepTransition.COMPLETE_READY, StepTransition.UNBLOCK_BY_HAND})
    void a_step_that_a_worker_executes_is_completed_and_its_result_flows_on() {
        RunId run = stage.started(Flows.PAIR);
        stage.takeOne("w1", "work");

        stage.run(stage.conclusion(run, "first", StepState.SUCCEEDED, "{\"by\":\"hand\"}"))
                .answered(CONCLUDED)
                .changed(
                        """
                        + history:RUN | list
                        + history:RUN | TIME ACT {"step":"first"}
                        - queue:other | last other#0
                        + queue:other | last other#1
                        + queue:other | entry other#1 d=RUN 1 s:second\\x1fo:first
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | o:first = ={"by":"hand"}
                        + run:RUN | s:first = SUCCEEDED 2@work#1 w=operator ms=0 to=TIME
                        + run:RUN | s:second = READY 1@other#1
                        """);
    }

    @Test
    void the_late_report_of_its_worker_is_stale() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        Commit late = stage.success(begun, "\"late\"");
        FailStep failure = stage.failure(begun, new RetryAfter(Duration.ZERO));
        stage.run(stage.conclusion(run, "first", StepState.SUCCEEDED, "1"));

        stage.commit("w1", late).answered(List.of(Result.STALE)).changedNothing();
        stage.run(failure).answered(FailStep.Outcome.STALE).changedNothing();
    }

    @Test
    @Covers(
            steps = StepTransition.COMPLETE_DEAD,
            runs = {RunTransition.REOPEN_BY_HAND})
    void a_dead_step_is_completed_its_letter_leaves_and_its_run_goes_on() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.settlement(run)).answered(SettleRun.Outcome.FAILED);

        stage.run(stage.conclusion(run, "first", StepState.SUCCEEDED, "1"))
                .answered(CONCLUDED)
                .changed(
                        """
                        - dlq | entry dlq#1 letter=RUN/first died=TIME d={"letter":1}
                        - failed | zset
                        - failed | TIME RUN
                        + history:RUN | TIME ACT {"step":"first"}
                        - letters | hash
                        - letters | RUN/first = dlq#1
                        + open | zset
                        + open | TIME RUN
                        - queue:other | last other#0
                        + queue:other | last other#1
                        + queue:other | entry other#1 d=RUN 1 s:second\\x1fo:first
                        - run:RUN | finished = TIME
                        - run:RUN | head = FAILED HASH 1
                        - run:RUN | s:first = DEAD 1@work#1 f=1 dlq=dlq#1
                        - run:RUN | why = blocked_by_failures
                        + run:RUN | head = RUNNING HASH
                        + run:RUN | o:first = =1
                        + run:RUN | s:first = SUCCEEDED 2@work#1 f=1 w=operator ms=0 to=TIME
                        + run:RUN | s:second = READY 1@other#1
                        """);
    }

    @Test
    @Covers(
            steps = StepTransition.SKIP_DEAD,
            runs = {RunTransition.END_FAILED_BY_HAND})
    void a_failed_run_whose_last_step_is_skipped_completes() {
        RunId run = stage.dead(Flows.SINGLE);
        stage.run(stage.settlement(run)).answered(SettleRun.Outcome.FAILED);

        stage.run(stage.conclusion(run, "only", StepState.SKIPPED, ""))
                .answered(COMPLETED)
                .changed(
                        """
                        + completed | zset
                        + completed | TIME RUN
                        - dlq | entry dlq#1 letter=RUN/only died=TIME d={"letter":1}
                        - failed | zset
                        - failed | TIME RUN
                        + history:RUN | TIME ACT {"step":"only"}
                        - letters | hash
                        - letters | RUN/only = dlq#1
                        - run:RUN | head = FAILED HASH 1
                        - run:RUN | s:only = DEAD 1@work#1 f=1 dlq=dlq#1
                        - run:RUN | why = blocked_by_failures
                        + run:RUN | head = COMPLETED HASH
                        + run:RUN | s:only = SKIPPED 2@work#1 f=1 w=operator ms=0 to=TIME
                        """);
    }

    @Test
    @Covers(
            steps = StepTransition.SKIP_READY,
            runs = {RunTransition.END_BY_HAND})
    void a_run_whose_last_step_is_skipped_before_it_began_completes() {
        RunId run = stage.started(Flows.SINGLE);

        stage.run(stage.conclusion(run, "only", StepState.SKIPPED, "")).answered(COMPLETED);

        assertThat(RunHead.parse(stage.head(run)).state()).isEqualTo(RunState.COMPLETED);
        assertThat(stage.take("w1", "work")).isEmpty();
        assertThat(stage.commands().zscore(stage.keys().openRuns(), run.text())).isNull();
    }

    @Test
    @Covers(steps = {StepTransition.COMPLETE_WAITING, StepTransition.SKIP_WAITING})
    void what_waits_for_a_retry_does_not_any_more() {
        RunId run = stage.started(Flows.PAIR);
        RunId other = stage.started(Flows.PAIR);
        for (Begun begun : stage.take("w1", "work")) {
            stage.run(stage.failure(begun, new RetryAfter(Duration.ofMinutes(1))));
        }
        stage.run(stage.conclusion(run, "first", StepState.SUCCEEDED, "")).answered(CONCLUDED);
        stage.run(stage.conclusion(other, "first", StepState.SKIPPED, "")).answered(CONCLUDED);

        assertThat(stage.commands().exists(stage.keys().timers())).isZero();
        assertThat(stage.commands().hexists(stage.keys().run(run), "o:first")).isFalse();
        assertThat(stage.take("w2", "other")).hasSize(2);
    }

    @Test
    @Covers(steps = {StepTransition.COMPLETE_PARKED, StepTransition.SKIP_PARKED})
    void what_a_breaker_holds_back_is_not_any_more() {
        RunId run = stage.started(Flows.PAIR);
        RunId other = stage.started(Flows.PAIR);
        for (Begun begun : stage.take("w1", "work")) {
            stage.run(ParkedStepIT.park(stage, begun));
        }
        stage.run(stage.conclusion(run, "first", StepState.SUCCEEDED, "1")).answered(CONCLUDED);
        assertThat(stage.commands().zcard(stage.keys().parked("api"))).isEqualTo(1);
        stage.run(stage.conclusion(other, "first", StepState.SKIPPED, "")).answered(CONCLUDED);

        assertThat(stage.commands().exists(stage.keys().parked("api"))).isZero();
        assertThat(stage.commands().exists(stage.keys().parkedDependencies())).isZero();
        assertThat(stage.take("w2", "other")).hasSize(2);
    }

    @Test
    void in_a_paused_run_what_waited_is_ready_and_announced_when_it_is_resumed() {
        RunId run = stage.started(Flows.PAIR);
        stage.run(stage.pause(run));

        stage.run(stage.conclusion(run, "first", StepState.SUCCEEDED, "1"))
                .answered(CONCLUDED)
                .changed(
                        """
                        + history:RUN | TIME ACT {"step":"first"}
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | o:first = =1
                        + run:RUN | s:first = SUCCEEDED 2@work#1 w=operator ms=0 to=TIME
                        + run:RUN | s:second = READY 1@0-0
                        """);
        stage.lock(run, "op");
        stage.resume(run, 1);
        ReconcileStep announce =
                new ReconcileStep(
                        stage.keys(),
                        stage.step(run, "second"),
                        stage.stored(run, "second"),
                        stage.dependencies(run, "second"),
                        "REPUBLISHED {}");
        stage.run(announce).answered(ReconcileStep.Outcome.PUBLISHED);
        assertThat(stage.take("w1", "other")).hasSize(1);
    }

    @Test
    void a_run_that_waits_for_its_next_attempt_goes_on_at_once() {
        RunId run = stage.dead(Flows.PAIR);
        List<String> steps = List.of("first", "second");
        Duration delay = Duration.ofMinutes(1);
        String head = stage.head(run);
        stage.run(new WaitRun(stage.keys(), run, head, 1, delay, steps, "RUN_WAITS {}"))
                .answered(WaitRun.Outcome.WAITING);

        stage.run(stage.conclusion(run, "first", StepState.SUCCEEDED, "1")).answered(CONCLUDED);
        Begun second = stage.takeOne("w1", "other");
        stage.commit("w1", stage.success(second, "2")).answered(List.of(Result.APPLIED));

        assertThat(stage.head(run)).startsWith("COMPLETED ");
        String waitsFor = stage.commands().hget(stage.keys().run(run), RunRetry.WAITS_FOR);
        RetryRun.Outcome aim = RetryRun.Outcome.RETRIED;
        stage.run(new RetryRun(stage.keys(), run, waitsFor, aim, List.of(), "RUN_RETRIED {}"))
                .answered(RetryRun.Outcome.RUN_CLOSED);
        assertThat(stage.commands().exists(stage.keys().timers())).isZero();
    }

    @Test
    @Covers(runs = RunTransition.END_PAUSED_BY_HAND)
    void a_paused_run_whose_last_step_is_skipped_completes() {
        RunId run = stage.started(Flows.SINGLE);
        stage.run(stage.pause(run));

        stage.run(stage.conclusion(run, "only", StepState.SKIPPED, "")).answered(COMPLETED);

        assertThat(stage.head(run)).startsWith("COMPLETED ");
        assertThat(stage.commands().zscore(stage.keys().openRuns(), run.text())).isNull();
    }

    @Test
    @Covers(steps = StepTransition.COUNT_DOWN_BY_HAND)
    void a_join_waits_for_its_other_dependencies_and_the_rest_of_the_dead_is_settled() {
        RunId run = stage.started(Flows.JOIN);
        for (Begun begun : stage.take("w1", "work")) {
            stage.kill(begun);
        }
        stage.run(stage.settlement(run)).answered(SettleRun.Outcome.FAILED);
        long rung = stage.commands().xlen(stage.keys().inbox());

        stage.run(stage.conclusion(run, "a", StepState.SKIPPED, "")).answered(CONCLUDED);

        assertThat(RunHead.parse(stage.head(run)).deadSteps()).isEqualTo(2);
        assertThat(stage.commands().xlen(stage.keys().inbox())).isEqualTo(rung + 1);
        stage.run(stage.settlement(run)).answered(SettleRun.Outcome.FAILED);
        stage.run(stage.conclusion(run, "b", StepState.SUCCEEDED, "1")).answered(CONCLUDED);
        stage.run(stage.conclusion(run, "c", StepState.SUCCEEDED, "2")).answered(CONCLUDED);
        assertThat(stage.stored(run, "all")).startsWith("READY 1@");
    }

    @Test
    void a_large_result_is_kept_outside_the_run() {
        RunId run = stage.started(Flows.PAIR);
        String large = "\"" + "x".repeat(5_000) + "\"";

        stage.run(stage.conclusion(run, "first", StepState.SUCCEEDED, large));

        assertThat(stage.commands().hget(stage.keys().run(run), "o:first")).isEqualTo("@");
        assertThat(stage.commands().get(stage.keys().blob(run, "o:first"))).isEqualTo(large);
    }

    @Test
    void a_step_that_has_moved_and_a_closed_run_stay_as_they_are() {
        RunId run = stage.started(Flows.PAIR);
        ConcludeStep conclusion = stage.conclusion(run, "first", StepState.SKIPPED, "");
        stage.run(conclusion).answered(CONCLUDED);
        stage.run(conclusion).answered(CHANGED).changedNothing();

        RunId other = stage.started(Flows.PAIR);
        ConcludeStep late = stage.conclusion(other, "first", StepState.SKIPPED, "");
        stage.run(stage.cancellation(other));
        stage.run(late).answered(RUN_CLOSED).changedNothing();
        stage.commands().del(stage.keys().run(other));
        stage.run(late).answered(GONE).changedNothing();
    }

    @Test
    void a_queue_of_another_type_leaves_all_as_it_is() {
        RunId run = stage.started(Flows.PAIR);
        ConcludeStep conclusion = stage.conclusion(run, "first", StepState.SKIPPED, "");
        stage.damage("other");
        RedisState before = stage.state();

        assertThatThrownBy(() -> stage.run(conclusion)).hasMessageContaining("WRONGTYPE");

        assertThat(stage.state()).isEqualTo(before);
    }
}
