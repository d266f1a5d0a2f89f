package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.StartRun.Outcome.ALREADY;
import static dev.stepweir.redis.script.StartRun.Outcome.COMPLETED;
import static dev.stepweir.redis.script.StartRun.Outcome.GONE;
import static dev.stepweir.redis.script.StartRun.Outcome.REFUSED;
import static dev.stepweir.redis.script.StartRun.Outcome.STARTED;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.run.RunId;
import dev.stepweir.state.RunTransition;
import dev.stepweir.state.StepTransition;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartRunIT extends OnStage {

    @Test
    @Covers(steps = StepTransition.START, runs = RunTransition.START)
    void the_steps_that_wait_for_nothing_are_published() {
        RunId run = stage.submitted(Flows.JOIN);

        stage.run(stage.start(run))
                .answered(STARTED)
                .changed(
                        """
                        - queue:work | last work#0
                        + queue:work | last work#3
                        + queue:work | entry work#1 d=RUN 1 s:a
                        + queue:work | entry work#2 d=RUN 1 s:b
                        + queue:work | entry work#3 d=RUN 1 s:c
                        + queues | set
                        + queues | other
                        + queues | work
                        - run:RUN | head = SUBMITTED HASH
                        + run:RUN | head = RUNNING HASH
                        + run:RUN | s:a = READY 1@work#1
                        + run:RUN | s:b = READY 1@work#2
                        + run:RUN | s:c = READY 1@work#3
                        + run:RUN | started = TIME
                        """);
    }

    @Test
    @Covers(runs = RunTransition.COMPLETE_EMPTY)
    void a_workflow_without_steps_completes_at_once() {
        RunId run = stage.submitted(Flows.EMPTY);

        stage.run(stage.start(run))
                .answered(COMPLETED)
                .changed(
                        """
                        + completed | zset
                        + completed | TIME RUN
                        - open | zset
                        - open | TIME RUN
                        - run:RUN | head = SUBMITTED HASH
                        + run:RUN | finished = TIME
                        + run:RUN | head = COMPLETED HASH
                        + run:RUN | started = TIME
                        """);
    }

    @Test
    @Covers(runs = RunTransition.REFUSE)
    void a_workflow_that_cannot_be_run_fails_with_the_reason() {
        RunId run = stage.submitted(Flows.SINGLE);
        StartRun refusal =
                new StartRun(stage.keys(), run, "steps[0] is a loop", List.of(), List.of());

        stage.run(refusal)
                .answered(REFUSED)
                .changed(
                        """
                        + failed | zset
                        + failed | TIME RUN
                        - open | zset
                        - open | TIME RUN
                        - run:RUN | head = SUBMITTED HASH
                        + run:RUN | finished = TIME
                        + run:RUN | head = FAILED HASH
                        + run:RUN | why = steps[0] is a loop
                        """);
    }

    @Test
    void starting_twice_publishes_once() {
        RunId run = stage.started(Flows.PAIR);

        stage.run(stage.start(run)).answered(ALREADY).changedNothing();
    }

    @Test
    void a_run_that_does_not_exist_or_was_cancelled_is_not_started() {
        RunId missing = stage.newRun(Flows.PAIR);
        stage.run(stage.start(missing)).answered(GONE).changedNothing();

        RunId cancelled = stage.submitted(Flows.PAIR);
        stage.run(stage.cancellation(cancelled));
        stage.run(stage.start(cancelled)).answered(ALREADY).changedNothing();
    }

    @Test
    void a_queue_of_another_type_leaves_the_run_submitted_and_a_repetition_starts_it() {
        RunId run = stage.submitted(Flows.SINGLE);
        stage.damage("work");

        assertThatThrownBy(() -> stage.run(stage.start(run)))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("WRONGTYPE");

        stage.commands().del(stage.keys().queue("work"));
        stage.run(stage.start(run)).answered(STARTED);
    }
}
