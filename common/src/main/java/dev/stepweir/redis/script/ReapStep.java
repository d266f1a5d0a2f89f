package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import java.time.Duration;

/**
 * Takes a step back whose lease lapsed.
 *
 * @param owner the consumer seen to hold it
 * @param expected the step's field as the caller read it
 * @param announcement step and inputs, as its entry has them
 * @param limits when a lease and a worker count as lapsed
 * @param crash what a crash leads to, if one is charged
 * @param crashEvent history record, if a crash is charged
 * @param freeEvent history record, if none is
 */
public record ReapStep(
        Keys keys,
        StepAddress step,
        String owner,
        String expected,
        String announcement,
        Limits limits,
        Crash crash,
        String crashEvent,
        String freeEvent)
        implements Operation<ReapStep.Outcome> {

    /**
     * When something counts as lapsed.
     *
     * @param lease idle time after which an entry may be taken back
     * @param silence time without a heartbeat after which a worker counts as dead; within half of
     *     it, it counts as alive
     * @param gap time without a look after which leases get their full time again
     */
    public record Limits(Duration lease, Duration silence, Duration gap) {}

    /** What a crash leads to. */
    public sealed interface Crash {
        record Again() implements Crash {}

        record Wait(Duration delay) implements Crash {}

        /** The crash budget is used up; the letter is the JSON kept for a person. */
        record GiveUp(String letter) implements Crash {}
    }

    /** What became of it. */
    public enum Outcome {
        CRASHED,
        /** A crash was charged, and the step waits before it is published again. */
        WAITING,
        REDELIVERED,
        DEAD,
        /** Nothing may be taken back now. */
        GRACE,
        /** Its worker missed beats and may live: one of the next looks decides. */
        UNCLEAR,
        /**
         * That owner does not hold it, or not for so long: renewed, taken, or the group is lost.
         */
        RENEWED,
        ALREADY,
        STALE,
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        StepField field = StepField.parse(expected);
        Dispatch dispatch = field.published();
        Ledgers charged = field.ledgers().withCrash();
        String waiting = "";
        long delayMillis = 0;
        String dead = "";
        String letter = "";
        switch (crash) {
            case Crash.Again() -> {}
            case Crash.Wait(Duration delay) -> {
                waiting = StepField.waitingAfterCrashUpToDue(dispatch, charged);
                delayMillis = delay.toMillis();
            }
            case Crash.GiveUp(String text) -> {
                dead = StepField.deadUpToLetter(dispatch, charged);
                letter = text;
            }
        }
        return new ScriptCall(Script.REAP_STEP)
                .key(own.run(step.run()))
                .key(own.history(step.run()))
                .key(own.queue(step.queue()))
                .key(own.timers())
                .key(own.workerBeats())
                .key(own.reaper())
                .key(own.deadLetters())
                .key(own.letterIndex())
                .key(own.inbox())
                .arg(Keys.WORKER_GROUP)
                .arg(step.run().text())
                .arg(dispatch.entryId())
                .arg(owner)
                .arg(limits.lease().toMillis())
                .arg(limits.silence().toMillis())
                .arg(limits.gap().toMillis())
                .arg(step.field())
                .arg(expected)
                .arg(field.nextNumber())
                .arg(StepField.ledgerSuffix(field.ledgers().withRedelivery()))
                .arg(StepField.ledgerSuffix(charged))
                .arg(announcement)
                .arg(waiting)
                .arg(delayMillis)
                .arg(step.timer())
                .arg(dead)
                .arg(step.letterId())
                .arg(letter)
                .arg(crashEvent)
                .arg(freeEvent);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
