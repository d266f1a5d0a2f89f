package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.AdvanceSteps.Result;
import dev.stepweir.redis.script.FailStep.Decision.RetryAfter;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.KeyClaim;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.WithRedis;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Beyond its memory limit Redis accepts no run, and finishes those that were accepted. */
@WithRedis(privateServer = true)
class OverMemoryIT extends OnStage {

    private Optional<RunId> late = Optional.empty();

    @Test
    void accepted_runs_go_on_and_no_further_one_is_accepted() {
        List<RunId> runs =
                List.of(
                        stage.submitted(Flows.PAIR),
                        stage.submitted(Flows.PAIR),
                        stage.submitted(Flows.PAIR),
                        stage.submitted(Flows.PAIR),
                        stage.submitted(Flows.PAIR),
                        stage.submitted(Flows.PAIR));
        RunId refused = stage.newRun(Flows.PAIR);
        late = Optional.of(stage.submitted(Flows.SINGLE));
        stage.commands().configSet("maxmemory", "1");

        assertThatThrownBy(() -> stage.run(stage.submission(refused)))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageStartingWith("OOM");
        assertThat(stage.commands().exists(stage.keys().run(refused))).isZero();

        runs.forEach(run -> stage.run(stage.start(run)).answered(StartRun.Outcome.STARTED));
        expire();
        List<Begun> begun = stage.take("w1", "work");
        stage.commit("w1", stage.success(begun.get(0), "1")).answered(List.of(Result.APPLIED));
        stage.run(stage.failure(begun.get(1), new RetryAfter(Duration.ZERO)))
                .answered(FailStep.Outcome.WAITING);
        stage.run(retry(runs.get(1))).answered(RetryStep.Outcome.PUBLISHED);
        stage.run(HandBackStepIT.handBack(stage, begun.get(2)))
                .answered(HandBackStep.Outcome.PUBLISHED);
        goOn(begun.get(4));
        park(runs.get(5), begun.get(5));
        stage.kill(begun.get(3));
        tryAgain(runs.get(3));
        stage.run(stage.settlement(runs.get(3))).answered(SettleRun.Outcome.FAILED);
        stage.run(new RelistRun(stage.keys(), runs.get(3))).answered(RelistRun.Outcome.CLOSED);
        stage.run(stage.edit(runs.get(3), "first", "2")).answered(EditStep.Outcome.EDITED);
        stage.run(stage.redrive(runs.get(3), "first")).answered(RedriveStep.Outcome.PUBLISHED);
        stage.run(stage.note(runs.get(3), "first", "", "1")).answered(NoteLetter.Outcome.NOTED);
        stage.run(stage.letterPurge(runs.get(3), "first")).answered(PurgeLetter.Outcome.PURGED);

        resume(runs.get(3));
        watchOver(runs.get(0), stage.takeOne("w1", "other"));
        republish(runs.get(1));
        stage.run(stage.cancellation(runs.get(2))).answered(CancelRun.Outcome.CANCELLED);
        stage.run(stage.purge(runs.get(2), RunState.CANCELLED)).answered(PurgeRun.Outcome.PURGED);

        stage.run(new NoteEvent(stage.keys(), runs.get(0), "LATE_RESULT {}"))
                .answered(NoteEvent.Outcome.NOTED);
        actByHand();
        appear(runs.get(0));
        recount(runs.get(0));

        assertThat(stage.ran()).isEqualTo(EnumSet.allOf(Script.class));
    }

    /** A run that dead steps block waits for its next attempt, which finds nothing to do. */
    private void tryAgain(RunId run) {
        List<String> steps = List.of("first", "second");
        String head = stage.head(run);
        stage.run(new WaitRun(stage.keys(), run, head, 1, Duration.ZERO, steps, "RUN_WAITS {}"))
                .answered(WaitRun.Outcome.WAITING);
        String waitsFor = stage.commands().hget(stage.keys().run(run), RunRetry.WAITS_FOR);
        RetryRun.Outcome done = RetryRun.Outcome.RETRIED;
        stage.run(new RetryRun(stage.keys(), run, waitsFor, done, List.of(), "RUN_RETRIED {}"))
                .answered(done);
    }

    private void expire() {
        RunId run = late.orElseThrow();
        stage.run(stage.start(run, Duration.ZERO)).answered(StartRun.Outcome.STARTED);
        stage.run(new ExpireRun(stage.keys(), run, "DEADLINE {}"))
                .answered(ExpireRun.Outcome.EXPIRED);
    }

    /** What a handler's own words and a shared key write. */
    private void goOn(Begun begun) {
        QueueEntry entry = QueueEntry.parse(begun.entry());
        StepAddress step = new StepAddress(entry.run(), entry.step(), begun.queue());
        Dispatch dispatch = new Dispatch(entry.number(), begun.entryId());
        byte[] value = {'1'};
        stage.run(new RecordOnce(stage.keys(), step, begun.stored(), "paid", value))
                .answered(RecordOnce.Outcome.NOTED);
        Duration day = Duration.ofDays(1);
        KeyClaim claim = new KeyClaim(entry.run(), dispatch, entry.step());
        ClaimKey ask = new ClaimKey(stage.keys(), "key", claim, "", day);
        stage.act(Script.CLAIM_KEY, () -> RedisFutures.join(ask.runAsync(stage.redis().scripts())));
        stage.run(new KeepResult(stage.keys(), "key", claim, value, day))
                .answered(KeepResult.Outcome.KEPT);
        stage.run(new ApplyEffect(stage.keys(), "key", 1, Optional.of(value), day))
                .answered(ApplyEffect.Outcome.APPLIED);
        DeferStep defer =
                new DeferStep(
                        stage.keys(),
                        "w1",
                        step,
                        dispatch,
                        begun.stored(),
                        Ledgers.NONE,
                        day,
                        "why");
        stage.run(defer).answered(DeferStep.Outcome.WAITING);
    }

    /** What an operator does to steps of a run that was accepted before. */
    private void actByHand() {
        Begun reset = stage.takeOne("w1", "work");
        QueueEntry entry = QueueEntry.parse(reset.entry());
        stage.run(stage.reset(entry.run(), entry.step())).answered(ResetStep.Outcome.PUBLISHED);
        stage.run(stage.condemnation(entry.run(), entry.step())).answered(CondemnStep.Outcome.DEAD);
        stage.run(stage.conclusion(entry.run(), entry.step(), StepState.SUCCEEDED, "1"))
                .answered(ConcludeStep.Outcome.CONCLUDED);
    }

    /** What an operator does who holds a run up. */
    private void resume(RunId run) {
        stage.run(stage.pause(run)).answered(PauseRun.Outcome.PAUSED);
        stage.lock(run, "op-1");
        assertThat(stage.resume(run, 1).outcome().run()).isEqualTo(ResumeRun.Outcome.RESUMED);
        stage.run(new PauseQueue(stage.keys(), "work", "{}")).answered(PauseQueue.Outcome.PAUSED);
        stage.run(new ResumeQueue(stage.keys(), "work")).answered(ResumeQueue.Outcome.RESUMED);
        stage.run(new UnlockRun(stage.keys(), run, 1)).answered(UnlockRun.Outcome.RELEASED);
    }

    /** What a breaker's worker and orchestrator write. */
    private void park(RunId run, Begun begun) {
        stage.run(
                        new TurnBreaker(
                                stage.keys(),
                                "api",
                                TurnBreaker.Event.FORCE_OPEN,
                                0,
                                0,
                                Duration.ZERO,
                                "ann",
                                "why"))
                .answered(TurnBreaker.Outcome.CHANGED);
        stage.run(ParkedStepIT.park(stage, begun)).answered(ParkStep.Outcome.PARKED);
        String parked = stage.stored(run, "first");
        stage.run(new ListParked(stage.keys(), stage.step(run, "first"), parked, "api"))
                .answered(ListParked.Outcome.ALREADY);
        stage.run(ParkedStepIT.release(stage, run, stage.stored(run, "first"), 7))
                .answered(ReleaseStep.Outcome.PUBLISHED);
        stage.run(new UnlistParked(stage.keys(), "", "api"))
                .answered(UnlistParked.Outcome.UNLISTED);
    }

    /** What a doctor asks of a run that nothing ails. */
    private void recount(RunId run) {
        stage.run(new RecountRun(stage.keys(), run, List.of("second"), List.of("first")))
                .answered(RecountRun.Outcome.ALREADY);
        stage.run(new RecountStep(stage.keys(), stage.step(run, "second"), List.of("first"), "{}"))
                .answered(RecountStep.Outcome.STALE);
        stage.run(new RecountWorkflow(stage.keys(), Flows.PAIR.hash(), "-1", 1))
                .answered(RecountWorkflow.Outcome.STALE);
        stage.run(new RelistLetter(stage.keys(), stage.step(run, "first"), "1-1"))
                .answered(RelistLetter.Outcome.GONE);
    }

    /** Heartbeat, watch and reaper. */
    private void watchOver(RunId run, Begun begun) {
        QueueEntry entry = QueueEntry.parse(begun.entry());
        StepAddress step = new StepAddress(entry.run(), entry.step(), begun.queue());
        Heartbeat.Lease lease =
                new Heartbeat.Lease(step, begun.stored(), begun.entryId(), "w1 since 5");
        Heartbeat heartbeat = new Heartbeat(stage.keys(), "w1", List.of(lease));
        stage.act(Script.HEARTBEAT, () -> await(heartbeat))
                .answered(List.of(Heartbeat.Answer.HELD));
        WatchRun watch = new WatchRun(stage.keys(), run, "channel-1");
        stage.act(
                Script.WATCH_RUN, () -> RedisFutures.join(watch.runAsync(stage.redis().scripts())));
        Duration minute = Duration.ofMinutes(1);
        ReaperTick tick = new ReaperTick(stage.keys(), minute, minute);
        stage.act(
                        Script.REAPER_TICK,
                        () -> RedisFutures.join(tick.runAsync(stage.redis().scripts())))
                .answered(minute);
        stage.commands().hdel(stage.keys().reaper(), "grace_until");
        stage.age(begun, "w1", minute);
        ReapStep reap =
                new ReapStep(
                        stage.keys(),
                        step,
                        "w1",
                        begun.stored(),
                        entry.announcement(),
                        new ReapStep.Limits(Duration.ofSeconds(5), minute, minute),
                        new ReapStep.Crash.Again(),
                        HistoryEvent.record(HistoryEvent.CRASHED, Map.of()),
                        HistoryEvent.record(HistoryEvent.REDELIVERED, Map.of()));
        stage.run(reap).answered(ReapStep.Outcome.REDELIVERED);
        ForgetConsumer forget =
                new ForgetConsumer(
                        stage.keys(), stage.keys().queue("other"), Keys.WORKER_GROUP, "w1", minute);
        stage.run(forget).answered(ForgetConsumer.Outcome.ALIVE);
    }

    /** What a process does when it comes. */
    private void appear(RunId run) {
        stage.run(new CreateGroup(stage.keys().queue("new"), Keys.WORKER_GROUP, "$"))
                .answered(CreateGroup.Outcome.CREATED);
        stage.run(new RegisterWorker(stage.keys(), "w2", new byte[] {'1'}, 5, List.of("h")))
                .answered(RegisterWorker.Outcome.REGISTERED);
        TakeName name = TakeName.drawing(stage.keys(), "billing");
        stage.act(Script.TAKE_NAME, () -> RedisFutures.join(name.runAsync(stage.redis().scripts())))
                .answered(1L);
        stage.run(new ListQueue(stage.keys(), "new")).answered(ListQueue.Outcome.LISTED);
        stage.run(new BeatRole(stage.keys(), "reaper-1", Duration.ofHours(1)))
                .answered(BeatRole.Outcome.SHOWN);
        String timer = stage.step(run, "first").timer();
        stage.run(new SetTimer(stage.keys(), timer, 1, SetTimer.Only.MISSING))
                .answered(SetTimer.Outcome.SET);
    }

    private List<Heartbeat.Answer> await(Heartbeat heartbeat) {
        return RedisFutures.join(heartbeat.runAsync(stage.redis().scripts()));
    }

    private void republish(RunId run) {
        stage.commands().xgroupDestroy(stage.keys().queue("work"), Keys.WORKER_GROUP);
        ReconcileStep reconcile =
                new ReconcileStep(
                        stage.keys(),
                        stage.step(run, "first"),
                        stage.stored(run, "first"),
                        List.of(),
                        HistoryEvent.record(HistoryEvent.REPUBLISHED, Map.of()));
        stage.run(reconcile).answered(ReconcileStep.Outcome.PUBLISHED);
    }

    private RetryStep retry(RunId run) {
        return new RetryStep(
                stage.keys(), stage.step(run, "first"), stage.stored(run, "first"), List.of());
    }
}
