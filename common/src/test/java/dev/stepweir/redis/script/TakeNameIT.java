package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.AdvanceSteps.Result;
import dev.stepweir.redis.script.AdvanceSteps.Turn;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Workers with names, and what becomes of the reports of one that was superseded. */
class TakeNameIT extends OnStage {

    @Test
    @DisplayName("S2-002 worker_reregistration_same_queue_updates_existing: by script")
    void the_next_epoch_ends_the_one_before() {
        take("billing", 0)
                .answered(1L)
                .changed(
                        """
                        + worker-names | hash
                        + worker-names | billing = 1
                        """);
        register("billing#1").answered(RegisterWorker.Outcome.REGISTERED);
        register("other").answered(RegisterWorker.Outcome.REGISTERED);
        stage.beat("billing#1", Duration.ZERO);
        take("billing", 0)
                .answered(2L)
                .changed(
                        """
                        - worker-names | billing = 1
                        + worker-names | billing = 2
                        - worker-records | billing#1 = {}
                        - workers | TIME billing#1
                        + workers | 0 billing#1
                        """);
    }

    @Test
    void a_name_is_taken_over_as_often_as_asked_and_never_back() {
        take("billing", 7).answered(7L);

        take("billing", 7).answered(7L).changedNothing();
        take("billing", 6).answered(7L).changedNothing();
        take("billings", 1).answered(1L);
        take("billing", 0).answered(8L);
    }

    @Test
    void whoever_is_listed_of_those_before_is_ended_though_redis_forgot_them() {
        register("billing#2");
        register("billing#3");
        stage.beat("billing#3", Duration.ZERO);

        take("billing", 4)
                .answered(4L)
                .changed(
                        """
                        + worker-names | hash
                        + worker-names | billing = 4
                        - worker-records | hash
                        - worker-records | billing#2 = {}
                        - worker-records | billing#3 = {}
                        - workers | TIME billing#2
                        - workers | TIME billing#3
                        + workers | 0 billing#2
                        + workers | 0 billing#3
                        """);
    }

    @Test
    void nobody_is_listed_who_was_not() {
        take("billing", 1);
        take("billing", 2)
                .changed(
                        """
                        - worker-names | billing = 1
                        + worker-names | billing = 2
                        """);
    }

    @Test
    void one_that_was_superseded_is_not_described_again() {
        take("billing", 2);
        register("billing#1").answered(RegisterWorker.Outcome.SUPERSEDED).changedNothing();
        register("billing#2").answered(RegisterWorker.Outcome.REGISTERED);
        register("billing#3").answered(RegisterWorker.Outcome.REGISTERED);
    }

    @Test
    void its_turns_commit_begin_and_take_nothing() {
        stage.started(Flows.SINGLE);
        stage.started(Flows.SINGLE);
        stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("billing#1", "work");
        Begun read = stage.takeOne("billing#1", "work");
        take("billing", 2);

        AdvanceSteps turn = stage.turnOf("billing#1");
        turn.commit(stage.success(begun, "1"));
        turn.begin("work", read.entryId(), Bytes.of(read.entry()));
        turn.take("work", 1);
        Stage.Act<Turn> refused = stage.send(turn, 1);

        refused.changedNothing();
        assertThat(refused.outcome().isSuperseded()).isTrue();
        assertThat(refused.outcome().results()).containsExactly(Result.STALE);
        assertThat(refused.outcome().begun()).isEmpty();
        stage.run(HandBackStepIT.handBack(stage, begun)).answered(HandBackStep.Outcome.PUBLISHED);
        assertThat(stage.take("billing#2", "work")).hasSize(2);
    }

    @Test
    void its_other_reports_are_stale_and_its_entry_stays() {
        stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("billing#1", "work");
        QueueEntry entry = QueueEntry.parse(begun.entry());
        StepAddress step = new StepAddress(entry.run(), entry.step(), "work");
        Dispatch dispatch = new Dispatch(entry.number(), begun.entryId());
        take("billing", 2);

        stage.run(failure("billing#1", step, dispatch, begun))
                .answered(FailStep.Outcome.STALE)
                .changedNothing();
        stage.run(new ParkStep(stage.keys(), "billing#1", step, begun.stored(), "api", "PARKED {}"))
                .answered(ParkStep.Outcome.STALE)
                .changedNothing();
        DeferStep defer =
                new DeferStep(
                        stage.keys(),
                        "billing#1",
                        step,
                        dispatch,
                        begun.stored(),
                        Ledgers.NONE,
                        Duration.ZERO,
                        "why");
        stage.run(defer).answered(DeferStep.Outcome.STALE).changedNothing();
        stage.run(failure("billing#2", step, dispatch, begun)).answered(FailStep.Outcome.WAITING);
    }

    @Test
    void its_heartbeat_renews_nothing() {
        stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("billing#1", "work");
        QueueEntry entry = QueueEntry.parse(begun.entry());
        Heartbeat.Lease lease =
                new Heartbeat.Lease(
                        new StepAddress(entry.run(), entry.step(), "work"),
                        begun.stored(),
                        begun.entryId(),
                        "billing#1 since 5");
        take("billing", 2);

        beat("billing#1", lease).answered(List.of(Heartbeat.Answer.SUPERSEDED)).changedNothing();
        beat("billing#1").answered(List.of(Heartbeat.Answer.SUPERSEDED)).changedNothing();
        beat("billing#2").answered(List.of());
    }

    @Test
    void what_a_dead_one_held_is_a_crash_however_its_successor_beats() {
        stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("billing#1", "work");
        stage.beat("billing#1", Duration.ZERO);
        take("billing", 2);
        stage.beat("billing#2", Duration.ZERO);
        stage.age(begun, "billing#1", Duration.ofMinutes(1));
        stage.looked();

        QueueEntry entry = QueueEntry.parse(begun.entry());
        Duration lease = Duration.ofSeconds(25);
        ReapStep reap =
                new ReapStep(
                        stage.keys(),
                        new StepAddress(entry.run(), entry.step(), "work"),
                        "billing#1",
                        begun.stored(),
                        entry.announcement(),
                        new ReapStep.Limits(lease, lease, Duration.ofMinutes(1)),
                        new ReapStep.Crash.Again(),
                        HistoryEvent.record(HistoryEvent.CRASHED, Map.of()),
                        HistoryEvent.record(HistoryEvent.REDELIVERED, Map.of()));
        ForgetConsumer forget =
                new ForgetConsumer(
                        stage.keys(),
                        stage.keys().queue("work"),
                        Keys.WORKER_GROUP,
                        "billing#1",
                        Duration.ofHours(1));
        stage.run(forget).answered(ForgetConsumer.Outcome.HOLDING);
        stage.run(reap).answered(ReapStep.Outcome.CRASHED);
        stage.run(forget).answered(ForgetConsumer.Outcome.FORGOTTEN);
    }

    private FailStep failure(String worker, StepAddress step, Dispatch dispatch, Begun begun) {
        return new FailStep(
                stage.keys(),
                worker,
                step,
                dispatch,
                begun.stored(),
                Ledgers.NONE.withFailure(),
                "{}",
                new FailStep.Decision.RetryAfter(Duration.ZERO),
                HistoryEvent.record(HistoryEvent.FAILED, Map.of()));
    }

    private Stage.Act<Long> take(String name, long epoch) {
        TakeName take = new TakeName(stage.keys(), name, epoch);
        return stage.act(
                Script.TAKE_NAME, () -> RedisFutures.join(take.runAsync(stage.redis().scripts())));
    }

    private Stage.Act<RegisterWorker.Outcome> register(String worker) {
        return stage.run(
                new RegisterWorker(stage.keys(), worker, Bytes.of("{}"), 5, List.of("work")));
    }

    private Stage.Act<List<Heartbeat.Answer>> beat(String worker, Heartbeat.Lease... leases) {
        Heartbeat beat = new Heartbeat(stage.keys(), worker, List.of(leases));
        return stage.act(
                Script.HEARTBEAT, () -> RedisFutures.join(beat.runAsync(stage.redis().scripts())));
    }
}
