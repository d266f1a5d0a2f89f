package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.FailStep.Decision.RetryAfter;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.state.StepState;
import dev.stepweir.state.StepTransition;
import dev.stepweir.testkit.RedisState;
import dev.stepweir.workflow.StepDefinition;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The scripts that try a run again: wait for it, and do it. */
class RetryRunIT extends OnStage {

    private WaitRun waiting(RunId run, Workflow workflow, int attempt, Duration delay) {
        return new WaitRun(
                stage.keys(),
                run,
                String.valueOf(stage.commands().hget(stage.keys().run(run), "head")),
                attempt,
                delay,
                workflow.steps().stream().map(StepDefinition::name).toList(),
                HistoryEvent.record(HistoryEvent.RUN_WAITS, Map.of("attempt", attempt)));
    }

    private RetryRun givingUp(RunId run, String waitsFor) {
        return new RetryRun(
                stage.keys(),
                run,
                waitsFor,
                RetryRun.Outcome.GIVEN_UP,
                List.of(),
                HistoryEvent.record(HistoryEvent.RUN_GIVEN_UP, Map.of()));
    }

    private String waitsFor(RunId run) {
        return String.valueOf(stage.commands().hget(stage.keys().run(run), RunRetry.WAITS_FOR));
    }

    private RetryRun retry(RunId run, String waitsFor, boolean last, String... steps) {
        List<RetryRun.Dead> dead = new ArrayList<>();
        for (String step : steps) {
            dead.add(
                    new RetryRun.Dead(
                            step,
                            stage.step(run, step).handler(),
                            stage.stored(run, step),
                            stage.dependencies(run, step)));
        }
        String event = HistoryEvent.record(HistoryEvent.RUN_RETRIED, Map.of());
        RetryRun.Outcome aim = last ? RetryRun.Outcome.RETRIED : RetryRun.Outcome.MORE;
        return new RetryRun(stage.keys(), run, waitsFor, aim, dead, event);
    }

    @Test
    void a_run_that_dead_steps_block_waits_for_its_next_attempt() {
        RunId run = stage.dead(Flows.PAIR);

        stage.run(waiting(run, Flows.PAIR, 1, Duration.ofMinutes(1)))
                .answered(WaitRun.Outcome.WAITING)
                .changed(
                        """
                        + history:RUN | TIME RUN_WAITS {"attempt":1}
                        + run:RUN | retry = 2 TIME
                        + timers | zset
                        + timers | TIME RUN
                        """);
        stage.run(waiting(run, Flows.PAIR, 1, Duration.ofMinutes(1)))
                .answered(WaitRun.Outcome.ALREADY)
                .changedNothing();
        assertThat(RunRetry.parse(waitsFor(run)).attempt()).isEqualTo(2);
    }

    @Test
    void a_run_waits_only_while_nothing_can_proceed() {
        RunId run = stage.started(Flows.JOIN);
        stage.run(waiting(run, Flows.JOIN, 1, Duration.ZERO))
                .answered(WaitRun.Outcome.MOVING)
                .changedNothing();
        stage.kill(stage.takeOne("w1", "work"));
        stage.run(waiting(run, Flows.JOIN, 1, Duration.ZERO))
                .answered(WaitRun.Outcome.MOVING)
                .changedNothing();
        for (Begun begun : stage.take("w1", "work")) {
            stage.run(stage.failure(begun, new RetryAfter(Duration.ofMinutes(1))));
        }
        stage.run(waiting(run, Flows.JOIN, 1, Duration.ZERO))
                .answered(WaitRun.Outcome.MOVING)
                .changedNothing();
    }

    @Test
    void another_attempt_a_closed_and_a_missing_run_do_not_wait() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(waiting(run, Flows.PAIR, 2, Duration.ZERO))
                .answered(WaitRun.Outcome.STALE)
                .changedNothing();
        stage.run(stage.settlement(run));
        stage.run(waiting(run, Flows.PAIR, 1, Duration.ZERO))
                .answered(WaitRun.Outcome.RUN_CLOSED)
                .changedNothing();
        stage.commands().del(stage.keys().run(run));
        stage.run(waiting(run, Flows.PAIR, 1, Duration.ZERO))
                .answered(WaitRun.Outcome.GONE)
                .changedNothing();
    }

    @Test
    @Covers(steps = StepTransition.RETRY_RUN)
    void a_run_whose_time_has_come_has_its_dead_steps_published() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(waiting(run, Flows.PAIR, 1, Duration.ZERO));

        stage.run(retry(run, waitsFor(run), true, "first"))
                .answered(RetryRun.Outcome.RETRIED)
                .changed(
                        """
                        + history:RUN | TIME RUN_RETRIED {}
                        - queue:work | last work#1
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | head = RUNNING HASH 1
                        - run:RUN | retry = 2 TIME
                        - run:RUN | s:first = DEAD 1@work#1 f=1 dlq=dlq#1
                        + run:RUN | attempt = 2
                        + run:RUN | head = RUNNING HASH
                        + run:RUN | s:first = READY 2@work#2 f=1 fb=1 dlq=dlq#1
                        - timers | zset
                        - timers | TIME RUN
                        """);
        stage.kill(stage.takeOne("w1", "work"));
        stage.run(waiting(run, Flows.PAIR, 1, Duration.ZERO))
                .answered(WaitRun.Outcome.STALE)
                .changedNothing();
        stage.run(waiting(run, Flows.PAIR, 2, Duration.ZERO)).answered(WaitRun.Outcome.WAITING);
    }

    @Test
    void a_run_is_never_tried_again_before_its_time() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(waiting(run, Flows.PAIR, 1, Duration.ofMinutes(1)));
        RedisState before = stage.state();
        stage.run(retry(run, waitsFor(run), true, "first"))
                .answered(RetryRun.Outcome.EARLY)
                .changedNothing();

        stage.commands().del(stage.keys().timers());
        stage.run(retry(run, waitsFor(run), true, "first")).answered(RetryRun.Outcome.EARLY);
        assertThat(stage.state()).isEqualTo(before);
    }

    @Test
    void trying_again_twice_publishes_once() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(waiting(run, Flows.PAIR, 1, Duration.ZERO));
        RetryRun retry = retry(run, waitsFor(run), true, "first");
        stage.run(retry);

        stage.run(retry).answered(RetryRun.Outcome.ALREADY).changedNothing();
    }

    @Test
    void more_steps_than_fit_into_a_call_come_in_several() {
        RunId run = stage.started(Flows.JOIN);
        stage.take("w1", "work").forEach(stage::kill);
        stage.run(waiting(run, Flows.JOIN, 1, Duration.ZERO));
        String waitsFor = waitsFor(run);

        stage.run(retry(run, waitsFor, false, "a", "b")).answered(RetryRun.Outcome.MORE);
        assertThat(stage.head(run)).endsWith(" 1");
        assertThat(waitsFor(run)).isEqualTo(waitsFor);
        assertThat(stage.commands().zscore(stage.keys().timers(), run.text())).isNotNull();

        stage.run(retry(run, waitsFor, true, "c")).answered(RetryRun.Outcome.RETRIED);
        assertThat(stage.stored(run, "c")).startsWith(StepState.READY + " 2@");
        assertThat(stage.head(run).split(" ")).hasSize(2);
        assertThat(stage.commands().zcard(stage.keys().timers())).isZero();
    }

    @Test
    void a_run_does_not_wait_for_what_died_after_it_was_looked_at() {
        RunId run = stage.started(Flows.JOIN);
        List<Begun> begun = stage.take("w1", "work");
        begun.subList(1, begun.size()).forEach(stage::kill);
        WaitRun late = waiting(run, Flows.JOIN, 1, Duration.ZERO);
        stage.kill(begun.getFirst());

        stage.run(late).answered(WaitRun.Outcome.STALE).changedNothing();
        stage.run(waiting(run, Flows.JOIN, 1, Duration.ZERO)).answered(WaitRun.Outcome.WAITING);
    }

    @Test
    void a_run_that_another_attempt_cannot_help_any_more_is_settled() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(waiting(run, Flows.PAIR, 1, Duration.ofMinutes(1)));
        stage.run(givingUp(run, waitsFor(run))).answered(RetryRun.Outcome.EARLY).changedNothing();
        String due = "2 1";
        stage.commands().hset(stage.keys().run(run), RunRetry.WAITS_FOR, due);
        stage.run(givingUp(run, "3 1")).answered(RetryRun.Outcome.ALREADY).changedNothing();

        stage.run(givingUp(run, due))
                .answered(RetryRun.Outcome.GIVEN_UP)
                .changed(
                        """
                        + history:RUN | TIME RUN_GIVEN_UP {}
                        - inbox | last inbox#2
                        + inbox | last inbox#3
                        + inbox | entry inbox#3 settle=RUN
                        - run:RUN | retry = 2 1
                        - timers | zset
                        - timers | TIME RUN
                        """);
        stage.run(givingUp(run, due)).answered(RetryRun.Outcome.ALREADY).changedNothing();
        stage.run(stage.settlement(run)).answered(SettleRun.Outcome.FAILED);
    }

    @Test
    void a_step_that_a_person_put_to_work_meanwhile_is_left_alone() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(waiting(run, Flows.PAIR, 1, Duration.ZERO));
        RetryRun retry = retry(run, waitsFor(run), true, "first");
        stage.run(stage.redrive(run, "first"));
        String redriven = stage.stored(run, "first");

        stage.run(retry).answered(RetryRun.Outcome.RETRIED);

        assertThat(stage.stored(run, "first")).isEqualTo(redriven);
        assertThat(stage.head(run).split(" ")).hasSize(2);
    }

    @Test
    void the_timer_of_a_run_that_is_closed_or_gone_is_removed() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(waiting(run, Flows.PAIR, 1, Duration.ZERO));
        RetryRun retry = retry(run, waitsFor(run), true, "first");
        stage.run(stage.cancellation(run));
        stage.run(retry)
                .answered(RetryRun.Outcome.RUN_CLOSED)
                .changed(
                        """
                        - timers | zset
                        - timers | TIME RUN
                        """);
        stage.commands().del(stage.keys().run(run));
        stage.run(retry).answered(RetryRun.Outcome.GONE).changedNothing();
    }

    @Test
    void a_queue_of_another_type_leaves_the_run_waiting() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(waiting(run, Flows.PAIR, 1, Duration.ZERO));
        RetryRun retry = retry(run, waitsFor(run), true, "first");
        stage.damage("work");
        RedisState before = stage.state();

        assertThatThrownBy(() -> stage.run(retry)).hasMessageContaining("WRONGTYPE");

        assertThat(stage.state()).isEqualTo(before);
    }
}
