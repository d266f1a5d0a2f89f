package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import java.util.List;

/**
 * Puts a dead letter back to work.
 *
 * @param expected the step's field as the caller read it
 * @param dependencies whose outputs flow into the step
 * @param event history record
 */
public record RedriveStep(
        Keys keys, StepAddress step, String expected, List<String> dependencies, String event)
        implements Operation<RedriveStep.Outcome> {

    /** What became of it. */
    public enum Outcome {
        PUBLISHED,
        /** It is not dead (any more): somebody else redrove it. */
        ALREADY,
        /** Its run was cancelled. */
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        StepField field = StepField.parse(expected);
        return new ScriptCall(Script.REDRIVE_STEP)
                .key(own.run(step.run()))
                .key(own.history(step.run()))
                .key(own.queue(step.queue()))
                .key(own.openRuns())
                .key(own.failedRuns())
                .key(own.timers())
                .arg(step.run().text())
                .arg(step.field())
                .arg(expected)
                .arg(field.nextNumber())
                .arg(StepField.ledgerSuffix(field.ledgers().rebased()))
                .arg(QueueEntry.announcement(step.step(), dependencies))
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
