package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.Dispatch;
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
 * @param letter the dead letter to write if a crash is charged, or empty while budget is left
 * @param event history record, without its kind
 */
public record ReapStep(
        Keys keys,
        StepAddress step,
        String owner,
        String expected,
        String announcement,
        Limits limits,
        String letter,
        String event)
        implements Operation<ReapStep.Outcome> {

    /**
     * When something counts as lapsed.
     *
     * @param lease idle time after which an entry may be taken back
     * @param silence time without a heartbeat after which a worker counts as dead
     */
    public record Limits(Duration lease, Duration silence) {}

    /** What became of it. */
    public enum Outcome {
        CRASHED,
        REDELIVERED,
        DEAD,
        /** Somebody renewed or took it meanwhile. */
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
        String dead =
                letter.isEmpty()
                        ? ""
                        : StepField.deadUpToLetter(dispatch, field.ledgers().withCrash());
        return new ScriptCall(Script.REAP_STEP)
                .key(own.run(step.run()))
                .key(own.history(step.run()))
                .key(own.queue(step.queue()))
                .key(own.workerBeats())
                .key(own.deadLetters())
                .key(own.letterIndex())
                .key(own.inbox())
                .arg(Keys.WORKER_GROUP)
                .arg(step.run().text())
                .arg(dispatch.entryId())
                .arg(owner)
                .arg(limits.lease().toMillis())
                .arg(limits.silence().toMillis())
                .arg(step.field())
                .arg(expected)
                .arg(field.nextNumber())
                .arg(StepField.ledgerSuffix(field.ledgers().withRedelivery()))
                .arg(StepField.ledgerSuffix(field.ledgers().withCrash()))
                .arg(announcement)
                .arg(dead)
                .arg(step.letterId())
                .arg(letter)
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
