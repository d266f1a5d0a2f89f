package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.RetryStep.Outcome.ALREADY;
import static dev.stepweir.redis.script.RetryStep.Outcome.EARLY;
import static dev.stepweir.redis.script.RetryStep.Outcome.GONE;
import static dev.stepweir.redis.script.RetryStep.Outcome.PUBLISHED;
import static dev.stepweir.redis.script.RetryStep.Outcome.RUN_CLOSED;
import static dev.stepweir.redis.script.RetryStep.Outcome.STALE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.redis.script.FailStep.Decision.RetryAfter;
import dev.stepweir.run.RunId;
import dev.stepweir.state.StepTransition;
import dev.stepweir.testkit.RedisState;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RetryStepIT extends OnStage {

    @Test
    @DisplayName("S1-19: a step whose time has come is published, and its backoff is forgotten")
    @Covers(steps = StepTransition.RETRY)
    void a_step_whose_time_has_come_is_published() {
        RunId run = waiting(Flows.PAIR, Duration.ZERO);

        stage.run(retry(run, "first"))
                .answered(PUBLISHED)
                .changed(
                        """
                        - queue:work | last work#1
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | s:first = WAITING_FOR_RETRY 1@work#1 f=1 due=TIME
                        + run:RUN | s:first = READY 2@work#2 f=1
                        - timers | zset
                        - timers | TIME RUN first
                        """);
    }

    @Test
    void a_step_is_never_published_before_its_time() {
        RunId run = waiting(Flows.PAIR, Duration.ofMinutes(1));

        stage.run(retry(run, "first")).answered(EARLY).changedNothing();
    }

    @Test
    void a_lost_timer_is_set_again() {
        RunId run = waiting(Flows.PAIR, Duration.ofMinutes(1));
        RedisState before = stage.state();
        stage.commands().del(stage.keys().timers());

        stage.run(retry(run, "first")).answered(EARLY);

        assertThat(stage.state()).isEqualTo(before);
    }

    @Test
    void retrying_twice_publishes_once() {
        RunId run = waiting(Flows.PAIR, Duration.ZERO);
        RetryStep retry = retry(run, "first");
        stage.run(retry);

        stage.run(retry).answered(STALE).changedNothing();
    }

    @Test
    void the_timer_of_a_step_that_does_not_wait_is_removed() {
        RunId run = stage.started(Flows.PAIR);
        setTimer(run, "first");
        stage.run(retry(run, "first"))
                .answered(STALE)
                .changed(
                        """
                        - timers | zset
                        - timers | 5 RUN first
                        """);

        setTimer(run, "second");
        stage.run(retry(run, "second"))
                .answered(STALE)
                .changed(
                        """
                        - timers | zset
                        - timers | 5 RUN second
                        """);
    }

    @Test
    void a_timer_that_was_read_before_the_step_went_on_leaves_the_new_one() {
        RunId run = waiting(Flows.SINGLE, Duration.ZERO);
        RetryStep stale = retry(run, "only");
        stage.run(stale);
        stage.run(
                stage.failure(stage.takeOne("w1", "work"), new RetryAfter(Duration.ofMinutes(1))));

        stage.run(stale).answered(STALE).changedNothing();
    }

    @Test
    void a_step_that_died_meanwhile_is_not_published() {
        RunId run = stage.dead(Flows.PAIR);
        setTimer(run, "first");

        stage.run(retry(run, "first"))
                .answered(ALREADY)
                .changed(
                        """
                        - timers | zset
                        - timers | 5 RUN first
                        """);
    }

    @Test
    void a_report_of_the_same_dispatch_that_came_first_is_known() {
        RunId run = waiting(Flows.PAIR, Duration.ZERO);
        RetryStep retry = retry(run, "first");
        String waiting = stage.stored(run, "first");
        stage.commands()
                .hset(stage.keys().run(run), "s:first", waiting.replaceAll(" due=.*", " due=1"));

        stage.run(retry).answered(ALREADY).changedNothing();
    }

    @Test
    void the_timers_of_closed_and_missing_runs_are_removed() {
        RunId run = waiting(Flows.PAIR, Duration.ZERO);
        RetryStep retry = retry(run, "first");
        stage.run(stage.cancellation(run));
        stage.run(retry)
                .answered(RUN_CLOSED)
                .changed(
                        """
                        - timers | zset
                        - timers | TIME RUN first
                        """);

        RunId gone = waiting(Flows.PAIR, Duration.ZERO);
        RetryStep orphan = retry(gone, "first");
        stage.commands().del(stage.keys().run(gone));
        stage.run(orphan)
                .answered(GONE)
                .changed(
                        """
                        - timers | zset
                        - timers | TIME RUN2 first
                        """);
    }

    @Test
    void a_queue_of_another_type_leaves_the_step_waiting() {
        RunId run = waiting(Flows.PAIR, Duration.ZERO);
        stage.damage("work");
        RedisState before = stage.state();

        assertThatThrownBy(() -> stage.run(retry(run, "first"))).hasMessageContaining("WRONGTYPE");

        assertThat(stage.state()).isEqualTo(before);
    }

    private RunId waiting(Workflow workflow, Duration delay) {
        RunId run = stage.started(workflow);
        stage.run(stage.failure(stage.takeOne("w1", "work"), new RetryAfter(delay)));
        return run;
    }

    private void setTimer(RunId run, String step) {
        stage.commands().zadd(stage.keys().timers(), 5, stage.step(run, step).timer());
    }

    private RetryStep retry(RunId run, String step) {
        return new RetryStep(
                stage.keys(), stage.step(run, step), stage.stored(run, step), List.of());
    }
}
