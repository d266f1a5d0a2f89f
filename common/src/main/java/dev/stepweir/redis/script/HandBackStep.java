package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;

/**
 * Returns a step that this worker will not finish; nothing is charged.
 *
 * @param expected the step's field as the worker began or read it
 * @param announcement step and inputs, as its entry has them
 * @param event history record; only in a history of fewer than {@link NoteEvent#MOST_EVENTS}
 */
public record HandBackStep(
        Keys keys, StepAddress step, String expected, String announcement, String event)
        implements Operation<HandBackStep.Outcome> {

    /** What became of it. */
    public enum Outcome {
        PUBLISHED,
        ALREADY,
        STALE,
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        StepField field = StepField.parse(expected);
        return new ScriptCall(Script.HAND_BACK_STEP)
                .key(own.run(step.run()))
                .key(own.history(step.run()))
                .key(own.queue(step.queue()))
                .arg(Keys.WORKER_GROUP)
                .arg(step.run().text())
                .arg(field.published().entryId())
                .arg(step.field())
                .arg(expected)
                .arg(field.nextNumber())
                .arg(StepField.ledgerSuffix(field.ledgers().withRedelivery()))
                .arg(announcement)
                .arg(NoteEvent.MOST_EVENTS)
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
