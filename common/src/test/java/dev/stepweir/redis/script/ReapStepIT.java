package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.ReapStep.Outcome.ALREADY;
import static dev.stepweir.redis.script.ReapStep.Outcome.CRASHED;
import static dev.stepweir.redis.script.ReapStep.Outcome.DEAD;
import static dev.stepweir.redis.script.ReapStep.Outcome.GONE;
import static dev.stepweir.redis.script.ReapStep.Outcome.GRACE;
import static dev.stepweir.redis.script.ReapStep.Outcome.REDELIVERED;
import static dev.stepweir.redis.script.ReapStep.Outcome.RENEWED;
import static dev.stepweir.redis.script.ReapStep.Outcome.RUN_CLOSED;
import static dev.stepweir.redis.script.ReapStep.Outcome.STALE;
import static dev.stepweir.redis.script.ReapStep.Outcome.UNCLEAR;
import static dev.stepweir.redis.script.ReapStep.Outcome.WAITING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.state.StepTransition;
import io.lettuce.core.Consumer;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReapStepIT extends OnStage {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final ReapStep.Crash AGAIN = new ReapStep.Crash.Again();

    @BeforeEach
    void look() {
        stage.looked();
    }

    @Test
    @Covers(steps = StepTransition.RECLAIM)
    void a_silent_workers_step_is_published_again_and_the_crash_charged() {
        stage.started(Flows.PAIR);
        Begun begun = lapsed("w1");

        stage.run(reap(begun, "w1", AGAIN))
                .answered(CRASHED)
                .changed(
                        """
                        + history:RUN | list
                        + history:RUN | TIME CRASHED {"step":"first"}
                        - queue:work | last work#1
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | s:first = READY 2@work#2 c=1
                        """);
    }

    @Test
    @Covers(steps = StepTransition.RECLAIM)
    void a_living_workers_step_is_published_again_for_nothing() {
        stage.started(Flows.PAIR);
        Begun begun = lapsed("w1");
        stage.beat("w1", Duration.ZERO);

        stage.run(reap(begun, "w1", new ReapStep.Crash.GiveUp("{\"letter\":1}")))
                .answered(REDELIVERED)
                .changed(
                        """
                        + history:RUN | list
                        + history:RUN | TIME REDELIVERED {"step":"first"}
                        - queue:work | last work#1
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        + queue:work | last work#2
                        + queue:work | entry work#2 d=RUN 2 s:first
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | s:first = READY 2@work#2 r=1
                        """);
    }

    @Test
    @Covers(steps = StepTransition.BURY)
    void a_crash_beyond_the_budget_is_a_dead_letter() {
        stage.started(Flows.PAIR);
        Begun begun = lapsed("w1");
        stage.beat("w1", LONG);

        stage.run(reap(begun, "w1", new ReapStep.Crash.GiveUp("{\"letter\":1}")))
                .answered(DEAD)
                .changed(
                        """
                        - dlq | last dlq#0
                        + dlq | last dlq#1
                        + dlq | entry dlq#1 letter=RUN/first died=TIME d={"letter":1}
                        + history:RUN | list
                        + history:RUN | TIME CRASHED {"step":"first"}
                        - inbox | last inbox#1
                        + inbox | last inbox#2
                        + inbox | entry inbox#2 settle=RUN
                        + letters | hash
                        + letters | RUN/first = dlq#1
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        - run:RUN | head = RUNNING HASH
                        - run:RUN | s:first = READY 1@work#1
                        + run:RUN | head = RUNNING HASH 1
                        + run:RUN | s:first = DEAD 1@work#1 c=1 dlq=dlq#1
                        """);
    }

    @Test
    void a_lease_that_was_renewed_or_taken_by_another_is_left_alone() {
        stage.started(Flows.PAIR);
        Begun begun = lapsed("w1");

        stage.run(reap(begun, "w2", AGAIN)).answered(RENEWED).changedNothing();
        stage.age(begun, "w1", Duration.ZERO);
        stage.run(reap(begun, "w1", AGAIN)).answered(RENEWED).changedNothing();
    }

    @Test
    void reaping_twice_publishes_once() {
        stage.started(Flows.PAIR);
        ReapStep reap = reap(lapsed("w1"), "w1", AGAIN);
        stage.run(reap);

        stage.run(reap).answered(RENEWED).changedNothing();
    }

    @Test
    void an_entry_that_is_not_current_is_removed_and_nothing_else() {
        stage.started(Flows.PAIR);
        Begun begun = stage.takeOne("w1", "work");
        String copy = stage.duplicate(begun);
        stage.commands()
                .xreadgroup(
                        Consumer.from(Keys.WORKER_GROUP, "w2"),
                        StreamOffset.lastConsumed(stage.keys().queue("work")));
        Begun forged =
                new Begun(
                        "work", copy, begun.entry(), begun.head(), begun.ledgers(), begun.inputs());
        stage.age(forged, "w2", LONG);

        stage.run(reap(forged, "w2", AGAIN))
                .answered(STALE)
                .changed(
                        """
                        - queue:work | entry work#2 d=RUN 1 s:first
                        - queue:work | pending workers work#2 of w2, delivered 1
                        """);
    }

    @Test
    void a_step_that_was_committed_without_its_entry_going_is_not_published_again() {
        RunId run = stage.started(Flows.PAIR);
        Begun begun = lapsed("w1");
        stage.commands()
                .hset(
                        stage.keys().run(run),
                        "s:first",
                        begun.stored().replace("READY", "SUCCEEDED") + " w=w1 to=1 ms=1");

        stage.run(reap(begun, "w1", AGAIN))
                .answered(ALREADY)
                .changed(
                        """
                        - queue:work | entry work#1 d=RUN 1 s:first
                        - queue:work | pending workers work#1 of w1, delivered 1
                        """);
    }

    @Test
    void a_closed_or_missing_run_only_loses_the_entry() {
        RunId run = stage.started(Flows.SINGLE);
        Begun begun = lapsed("w1");
        stage.run(stage.cancellation(run));
        stage.run(reap(begun, "w1", AGAIN))
                .answered(RUN_CLOSED)
                .changed(
                        """
                        - queue:work | entry work#1 d=RUN 1 s:only
                        - queue:work | pending workers work#1 of w1, delivered 1
                        """);

        RunId gone = stage.started(Flows.SINGLE);
        Begun orphan = lapsed("w1");
        stage.commands().del(stage.keys().run(gone));
        stage.run(reap(orphan, "w1", AGAIN))
                .answered(GONE)
                .changed(
                        """
                        - queue:work | entry work#2 d=RUN2 1 s:only
                        - queue:work | pending workers work#2 of w1, delivered 1
                        """);
    }

    @Test
    @Covers(steps = StepTransition.CRASH_BACK_OFF)
    void after_a_further_crash_the_step_waits() {
        RunId run = stage.started(Flows.PAIR);
        stage.run(reap(lapsed("w1"), "w1", AGAIN));
        Begun again = lapsed("w2");

        stage.run(reap(again, "w2", new ReapStep.Crash.Wait(Duration.ofSeconds(5))))
                .answered(WAITING)
                .changed(
                        """
                        + history:RUN | TIME CRASHED {"step":"first"}
                        - queue:work | entry work#2 d=RUN 2 s:first
                        - queue:work | pending workers work#2 of w2, delivered 1
                        - run:RUN | s:first = READY 2@work#2 c=1
                        + run:RUN | s:first = WAITING_FOR_RETRY 2@work#2 c=2 cause=crash due=TIME
                        + timers | zset
                        + timers | TIME RUN first
                        """);
        assertThat(StepField.parse(stage.stored(run, "first")).crashed()).isTrue();
    }

    @Test
    void a_worker_that_missed_beats_is_not_decided_about() {
        stage.started(Flows.PAIR);
        Begun begun = lapsed("w1");
        stage.beat("w1", Duration.ofSeconds(20));

        stage.run(reap(begun, "w1", AGAIN)).answered(UNCLEAR).changedNothing();

        stage.beat("w1", Duration.ofSeconds(26));
        stage.run(reap(begun, "w1", AGAIN)).answered(CRASHED);
    }

    @Test
    void while_leases_have_grace_nothing_is_taken_back() {
        stage.started(Flows.PAIR);
        Begun begun = lapsed("w1");
        graceUntil(stage.nowMillis() + 60_000);

        stage.run(reap(begun, "w1", AGAIN)).answered(GRACE).changedNothing();
    }

    @Test
    void a_pause_between_the_look_and_the_taking_gives_every_lease_its_time_again() {
        stage.started(Flows.PAIR);
        Begun begun = lapsed("w1");
        Map<String, String> gaps =
                Map.of(
                        "tick",
                        "" + (stage.nowMillis() - 10_000),
                        "server",
                        "another one, before a restart");
        gaps.forEach((field, value) -> {
            stage.looked();
            stage.commands().hset(stage.keys().reaper(), field, value);

            assertThat(stage.run(reap(begun, "w1", AGAIN)).outcome()).isEqualTo(GRACE);
            stage.run(reap(begun, "w1", AGAIN)).answered(GRACE).changedNothing();
        });
        stage.commands().del(stage.keys().reaper());
        stage.run(reap(begun, "w1", AGAIN))
                .answered(GRACE)
                .changed(
                        """
                        + reaper | hash
                        + reaper | grace_until = TIME
                        + reaper | lease_millis = 25000
                        + reaper | server = THIS
                        + reaper | tick = TIME
                        """);
        graceUntil(1);
        stage.run(reap(begun, "w1", AGAIN)).answered(CRASHED);
    }

    @Test
    void without_a_group_nobody_holds_anything() {
        stage.started(Flows.SINGLE);
        Begun begun = lapsed("w1");
        stage.commands().xgroupDestroy(stage.keys().queue("work"), Keys.WORKER_GROUP);

        stage.run(reap(begun, "w1", AGAIN)).answered(RENEWED).changedNothing();
    }

    private void graceUntil(long millis) {
        stage.commands().hset(stage.keys().reaper(), "grace_until", "" + millis);
    }

    private Begun lapsed(String worker) {
        Begun begun = stage.takeOne(worker, "work");
        stage.age(begun, worker, LONG);
        return begun;
    }

    private ReapStep reap(Begun begun, String owner, ReapStep.Crash crash) {
        QueueEntry entry = QueueEntry.parse(begun.entry());
        Map<String, String> details = Map.of("step", entry.step());
        return new ReapStep(
                stage.keys(),
                new StepAddress(entry.run(), entry.step(), begun.queue()),
                owner,
                begun.stored(),
                entry.announcement(),
                new ReapStep.Limits(
                        Duration.ofSeconds(25), Duration.ofSeconds(25), Duration.ofSeconds(9)),
                crash,
                HistoryEvent.record(HistoryEvent.CRASHED, details),
                HistoryEvent.record(HistoryEvent.REDELIVERED, details));
    }
}
