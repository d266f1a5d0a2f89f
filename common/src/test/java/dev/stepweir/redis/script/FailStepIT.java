package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.FailStep.Outcome.ALREADY;
import static dev.stepweir.redis.script.FailStep.Outcome.DEAD;
import static dev.stepweir.redis.script.FailStep.Outcome.GONE;
import static dev.stepweir.redis.script.FailStep.Outcome.RUN_CLOSED;
import static dev.stepweir.redis.script.FailStep.Outcome.STALE;
import static dev.stepweir.redis.script.FailStep.Outcome.WAITING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.FailStep.Decision.GiveUp;
import dev.stepweir.redis.script.FailStep.Decision.RetryAfter;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.state.StepTransition;
import dev.stepweir.testkit.RedisState;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FailStepIT extends OnStage {

    private static final RetryAfter LATER = new RetryAfter(Duration.ofMinutes(1));
    private static final GiveUp NEVER = new GiveUp("{\"letter\":1}");

    @Test
    @DisplayName("S1-14, B1: the entry is gone and the timer set in the script that fails the step")
    @Covers(steps = StepTransition.BACK_OFF)
    void a_failure_with_attempts_left_waits_for_its_time() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        long before = stage.nowMillis();

        stage.run(stage.failure(begun, LATER))
                .answered(WAITING)
                .changed(
                        """
                        + history:RUN | list
                        + history:RUN | TIME FAILED {"step":"first"}
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | e:first = {"why":"boom"}
                        + run:RUN | s:first = WAITING_FOR_RETRY 1@work#1 f=1 due=TIME
                        + timers | zset
                        + timers | TIME RUN first
                        """);

        long due = StepField.parse(stage.stored(run, "first")).dueMillis();
        assertThat(due - before).isBetween(60_000L, 65_000L);
        assertThat(stage.commands().zscore(stage.keys().timers(), run.text() + " first"))
                .isEqualTo((double) due);
    }

    @Test
    @Covers(steps = StepTransition.EXHAUST)
    void a_failure_for_good_becomes_a_dead_letter() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");

        stage.run(stage.failure(begun, NEVER))
                .answered(DEAD)
                .changed(
                        """
                        - dlq | last dlq#0
                        + dlq | last dlq#1
                        + dlq | entry dlq#1 letter=RUN/first died=TIME d={"letter":1}
                        + history:RUN | list
                        + history:RUN | TIME FAILED {"step":"first"}
                        - inbox | last inbox#1
                        + inbox | last inbox#2
                        + inbox | entry inbox#2 settle=RUN
                        + letters | hash
                        + letters | RUN/first = dlq#1
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        - run:RUN | head = RUNNING HASH
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | e:first = {"why":"boom"}
                        + run:RUN | head = RUNNING HASH 1
                        + run:RUN | s:first = DEAD 1@work#1 f=1 dlq=dlq#1
                        """);
    }

    @Test
    void a_second_death_replaces_the_letter() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.redrive(run, "first"));
        Begun again = stage.takeOne("w2", "work");

        stage.run(stage.failure(again, new GiveUp("{\"letter\":2}")))
                .answered(DEAD)
                .changed(
                        """
                        - dlq | last dlq#1
                        - dlq | entry dlq#1 letter=RUN/first died=TIME d={"letter":1}
                        + dlq | last dlq#2
                        + dlq | entry dlq#2 letter=RUN/first died=TIME d={"letter":2}
                        + history:RUN | TIME FAILED {"step":"first"}
                        - inbox | last inbox#2
                        + inbox | last inbox#3
                        + inbox | entry inbox#3 settle=RUN
                        - letters | RUN/first = dlq#1
                        + letters | RUN/first = dlq#2
                        - queue:work | entry work#2 d=RUN 2 s:first
                        - queue:work | pending workers work#2 of w2, delivered 1
                        - run:RUN | head = RUNNING HASH
                        - run:RUN | s:first = READY 2@work#2 f=1 fb=1 dlq=dlq#1
                        + run:RUN | head = RUNNING HASH 1
                        + run:RUN | s:first = DEAD 2@work#2 f=2 fb=1 dlq=dlq#2
                        """);
    }

    @Test
    void a_repeated_report_charges_nothing() {
        stage.started(Flows.PAIR);
        FailStep failure = stage.failure(stage.takeOne("w1", "work"), LATER);
        stage.run(failure);
        stage.run(failure).answered(ALREADY).changedNothing();

        stage.started(Flows.PAIR);
        FailStep death = stage.failure(stage.takeOne("w1", "work"), NEVER);
        stage.run(death);
        stage.run(death).answered(ALREADY).changedNothing();
    }

    @Test
    void a_report_of_another_dispatch_changes_nothing() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        FailStep late = stage.failure(begun, LATER);
        stage.run(HandBackStepIT.handBack(stage, begun));

        stage.run(late).answered(STALE).changedNothing();
    }

    @Test
    void a_copy_of_the_entry_is_removed_and_nothing_else() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        String copy = stage.duplicate(begun);

        stage.run(
                        stage.failure(
                                new Begun(
                                        "work",
                                        copy,
                                        begun.entry(),
                                        "",
                                        begun.ledgers(),
                                        List.of()),
                                LATER))
                .answered(STALE)
                .changed(
                        """
                        - queue:work | entry work#2 d=RUN 1 s:first
                        """);
    }

    @Test
    void a_step_that_succeeded_does_not_fail_any_more() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.commit("w1", stage.success(begun, "1"));

        stage.run(stage.failure(begun, NEVER)).answered(ALREADY).changedNothing();
    }

    @Test
    void a_closed_or_missing_run_only_loses_the_entry() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.run(stage.cancellation(run));
        stage.run(stage.failure(begun, LATER))
                .answered(RUN_CLOSED)
                .changed(
                        """
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        """);

        RunId gone = stage.started(Flows.PAIR);
        Begun orphan = stage.takeOne("w1", "work");
        stage.commands().del(stage.keys().run(gone));
        stage.run(stage.failure(orphan, LATER))
                .answered(GONE)
                .changed(
                        """
                        - queue:work | entry work#2 d=RUN2 1 s:first
                        - queue:work | pending workers work#2 of w1, delivered 1
                        """);
    }

    @Test
    @DisplayName("S1-20: what Redis refuses leaves the step as it was")
    void an_error_before_the_first_write_leaves_the_step_ready() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        stage.damage("work");
        RedisState before = stage.state();

        assertThatThrownBy(() -> stage.run(stage.failure(begun, NEVER)))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("WRONGTYPE");

        assertThat(stage.state()).isEqualTo(before);
    }
}
