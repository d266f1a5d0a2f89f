package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.KeyClaim;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One call of each script as its caller sends it. */
final class SampleCalls {

    private static final Keys KEYS = new Keys("sample", 0);
    private static final RunId RUN = RunId.create(0);
    private static final StepAddress STEP = new StepAddress(RUN, "step", "queue");
    private static final String READY = "READY 1@1-1";
    private static final String DEAD = "DEAD 1@1-1 f=1 dlq=1-1";
    private static final String PARKED = "PARKED 1@1-1 at=1";
    private static final KeyClaim CLAIM = new KeyClaim(RUN, new Dispatch(1, "1-1"), "step");
    private static final Duration SECOND = Duration.ofSeconds(1);

    private SampleCalls() {}

    /**
     * What a caller sends, and the words that it understands.
     *
     * @param answers empty for a script that does not answer with words
     */
    record Sample(ScriptCall call, Optional<Class<? extends Enum<?>>> answers) {}

    /**
     * A sample.
     *
     * @param many how many there are of what may be there any number of times
     */
    static Sample of(Script script, int many) {
        return switch (script) {
            case SUBMIT_RUN ->
                    sample(new SubmitRun(KEYS, RUN, "hash", new byte[1], "name", new byte[1], ""));
            case START_RUN ->
                    sample(
                            new StartRun(
                                    KEYS,
                                    RUN,
                                    "",
                                    List.of(),
                                    times(many, new StartRun.Root("step", "queue"))));
            case ADVANCE_STEPS -> advance();
            case FAIL_STEP -> sample(failure());
            case RETRY_STEP -> sample(new RetryStep(KEYS, STEP, "", List.of()));
            case HEARTBEAT -> {
                Heartbeat.Lease lease = new Heartbeat.Lease(STEP, READY, "1-1", "w1 since 5");
                Heartbeat heartbeat = new Heartbeat(KEYS, "w1", times(many, lease));
                yield new Sample(heartbeat.call(), Optional.of(Heartbeat.Answer.class));
            }
            case REAP_STEP ->
                    sample(
                            new ReapStep(
                                    KEYS,
                                    STEP,
                                    "w1",
                                    READY,
                                    "s:step",
                                    new ReapStep.Limits(SECOND, SECOND, SECOND),
                                    new ReapStep.Crash.Again(),
                                    "CRASHED {}",
                                    "REDELIVERED {}"));
            case RECONCILE_STEP ->
                    sample(new ReconcileStep(KEYS, STEP, READY, List.of(), "EVENT {}"));
            case HAND_BACK_STEP ->
                    sample(new HandBackStep(KEYS, STEP, READY, "s:step", "EVENT {}"));
            case PARK_STEP -> sample(new ParkStep(KEYS, "w1", STEP, READY, "api", "EVENT {}"));
            case RELEASE_STEP ->
                    sample(new ReleaseStep(KEYS, STEP, PARKED, List.of(), "api", 7, "EVENT {}"));
            case LIST_PARKED -> sample(new ListParked(KEYS, STEP, "PARKED 1@1-0", "api"));
            case UNLIST_PARKED -> sample(new UnlistParked(KEYS, "x", "api"));
            case TURN_BREAKER ->
                    sample(
                            new TurnBreaker(
                                    KEYS, "api", TurnBreaker.Event.FAIL, 0, 5, SECOND, "w1", ""));
            case SETTLE_RUN -> sample(new SettleRun(KEYS, RUN, times(many, "step")));
            case WAIT_RUN ->
                    sample(
                            new WaitRun(
                                    KEYS,
                                    RUN,
                                    "RUNNING hash 1",
                                    1,
                                    SECOND,
                                    times(many, "step"),
                                    "EVENT {}"));
            case RETRY_RUN ->
                    sample(
                            new RetryRun(
                                    KEYS,
                                    RUN,
                                    "2 5",
                                    RetryRun.Outcome.RETRIED,
                                    times(many, new RetryRun.Dead("step", "work", DEAD, List.of())),
                                    "EVENT {}"));
            case EXPIRE_RUN -> sample(new ExpireRun(KEYS, RUN, "EVENT {}"));
            case CANCEL_RUN -> sample(new CancelRun(KEYS, RUN, "why", "EVENT {}"));
            case REDRIVE_STEP -> sample(new RedriveStep(KEYS, STEP, DEAD, List.of(), "EVENT {}"));
            case EDIT_STEP -> sample(new EditStep(KEYS, STEP, DEAD, new byte[1], "EVENT {}"));
            case RESET_STEP ->
                    sample(new ResetStep(KEYS, STEP, READY, List.of(), "api", "EVENT {}"));
            case CONDEMN_STEP ->
                    sample(new CondemnStep(KEYS, STEP, READY, "api", "{}", "{}", "EVENT {}"));
            case CONCLUDE_STEP -> sample(conclusion(many));
            case NOTE_LETTER -> sample(new NoteLetter(KEYS, STEP, "", "{}", "EVENT {}"));
            case PURGE_LETTER -> sample(new PurgeLetter(KEYS, STEP, "1-1", "EVENT {}"));
            case PURGE_RUN ->
                    sample(
                            new PurgeRun(
                                    KEYS,
                                    RUN,
                                    RunState.FAILED,
                                    "hash",
                                    1,
                                    "",
                                    times(many, "o:step"),
                                    times(many, "letter")));
            case RELIST_RUN -> sample(new RelistRun(KEYS, RUN));
            case RELIST_LETTER -> sample(new RelistLetter(KEYS, STEP, "1-1"));
            case RECOUNT_STEP ->
                    sample(new RecountStep(KEYS, STEP, times(many, "first"), "EVENT {}"));
            case RECOUNT_RUN -> sample(new RecountRun(KEYS, RUN, List.of(), times(many, "step")));
            case RECOUNT_WORKFLOW -> sample(new RecountWorkflow(KEYS, "hash", "1", 2));
            case REAPER_TICK -> silent(new ReaperTick(KEYS, SECOND, SECOND).call());
            case FORGET_CONSUMER ->
                    sample(new ForgetConsumer(KEYS, "stream", "group", "w1", SECOND));
            case RECORD_ONCE -> sample(new RecordOnce(KEYS, STEP, READY, "name", new byte[1]));
            case APPLY_EFFECT ->
                    sample(new ApplyEffect(KEYS, "key", 1, Optional.of(new byte[1]), SECOND));
            case CLAIM_KEY -> {
                ClaimKey claim = new ClaimKey(KEYS, "key", CLAIM, "", SECOND);
                yield new Sample(claim.call(), Optional.of(ClaimKey.Outcome.class));
            }
            case KEEP_RESULT -> sample(new KeepResult(KEYS, "key", CLAIM, new byte[1], SECOND));
            case DEFER_STEP ->
                    sample(
                            new DeferStep(
                                    KEYS,
                                    "w1",
                                    STEP,
                                    CLAIM.dispatch(),
                                    READY,
                                    Ledgers.NONE,
                                    SECOND,
                                    "why"));
            case PAUSE_RUN -> sample(new PauseRun(KEYS, RUN, "{}", "PAUSED {}"));
            case LOCK_RUN ->
                    new Sample(
                            new LockRun(KEYS, RUN, "{}", SECOND).call(),
                            Optional.of(LockRun.Outcome.class));
            case RESUME_RUN -> {
                ResumeRun.Step step =
                        new ResumeRun.Step(STEP, DEAD, Ledgers.NONE, List.of(), "REDRIVEN {}");
                ResumeRun resume =
                        new ResumeRun(KEYS, RUN, 1, SECOND, "RESUMED {}", times(many, step));
                yield new Sample(resume.call(), Optional.of(ResumeRun.Outcome.class));
            }
            case PAUSE_QUEUE -> sample(new PauseQueue(KEYS, "queue", "{}"));
            case RESUME_QUEUE -> sample(new ResumeQueue(KEYS, "queue"));
            case UNLOCK_RUN -> sample(new UnlockRun(KEYS, RUN, 1));
            case WATCH_RUN -> silent(new WatchRun(KEYS, RUN, "channel").call());
            case NOTE_EVENT -> sample(new NoteEvent(KEYS, RUN, "EVENT {}"));
            case CREATE_GROUP -> sample(new CreateGroup("stream", "group", "$"));
            case REGISTER_WORKER ->
                    sample(new RegisterWorker(KEYS, "w1", new byte[1], 5, times(many, "handler")));
            case TAKE_NAME -> silent(TakeName.drawing(KEYS, "name").call());
            case LIST_QUEUE -> sample(new ListQueue(KEYS, "queue"));
            case BEAT_ROLE -> sample(new BeatRole(KEYS, "reaper-1", SECOND));
            case SET_TIMER -> sample(new SetTimer(KEYS, STEP.timer(), 1, SetTimer.Only.MISSING));
        };
    }

    private static ConcludeStep conclusion(int many) {
        Workflow.Builder workflow = Workflow.builder("flow").step("step", s -> s.handler("work"));
        for (int i = 0; i < many; i++) {
            String next = "next" + i;
            workflow.step(next, s -> s.handler(next).after("step"));
        }
        return new ConcludeStep(
                KEYS,
                STEP,
                READY,
                StepState.SUCCEEDED,
                Optional.empty(),
                Graph.of(workflow.build()),
                "EVENT {}");
    }

    private static FailStep failure() {
        return new FailStep(
                KEYS,
                "w1",
                STEP,
                new Dispatch(1, "1-1"),
                READY,
                Ledgers.NONE.withFailure(),
                "{}",
                new FailStep.Decision.GiveUp("{}"),
                "EVENT {}");
    }

    /** A turn only shows what it sends when it is sent. */
    @SuppressWarnings("unchecked")
    private static Sample advance() {
        ScriptCall seen = new ScriptCall(Script.ADVANCE_STEPS);
        RedisAsyncCommands<byte[], byte[]> commands =
                (RedisAsyncCommands<byte[], byte[]>)
                        Proxy.newProxyInstance(
                                SampleCalls.class.getClassLoader(),
                                new Class<?>[] {RedisAsyncCommands.class},
                                (proxy, method, args) -> {
                                    List.of((byte[][]) args[2]).forEach(seen::key);
                                    List.of((byte[][]) args[3]).forEach(seen::arg);
                                    throw new IllegalStateException("seen");
                                });
        AdvanceSteps turn = new AdvanceSteps(new AdvanceSteps.Partition(KEYS, "w1"));
        CompletableFuture<AdvanceSteps.Turn> sent =
                CompletableFuture.completedFuture(null)
                        .thenCompose(ignored -> turn.send(new ScriptRunner(commands), 1));
        if (!sent.isCompletedExceptionally()) {
            throw new IllegalStateException("nothing was sent");
        }
        return new Sample(seen, Optional.of(AdvanceSteps.Result.class));
    }

    private static Sample sample(Operation<?> operation) {
        return new Sample(operation.call(), Optional.of(operation.outcomes()));
    }

    private static Sample silent(ScriptCall call) {
        return new Sample(call, Optional.empty());
    }

    private static <T> List<T> times(int many, T one) {
        return new ArrayList<>(Collections.nCopies(many, one));
    }
}
