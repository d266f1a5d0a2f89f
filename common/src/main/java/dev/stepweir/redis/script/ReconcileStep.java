package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import java.util.List;

/**
 * Publishes a ready step again if its entry was lost, or for the first time if its run was paused
 * when it became ready.
 *
 * @param expected the step's field as the caller read it
 * @param dependencies whose outputs flow into the step
 * @param event history record
 */
public record ReconcileStep(
        Keys keys, StepAddress step, String expected, List<String> dependencies, String event)
        implements Operation<ReconcileStep.Outcome> {

    /** What became of it. */
    public enum Outcome {
        /** A worker holds it. */
        HELD,
        /** It is still to be delivered. */
        QUEUED,
        PUBLISHED,
        /** Its run announces nothing until it is resumed. */
        PAUSED,
        ALREADY,
        STALE,
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        StepField field = StepField.parse(expected);
        boolean first = !field.published().isAnnounced();
        Ledgers ledgers = first ? field.ledgers() : field.ledgers().withRedelivery();
        return new ScriptCall(Script.RECONCILE_STEP)
                .key(own.run(step.run()))
                .key(own.history(step.run()))
                .key(own.queue(step.queue()))
                .arg(Keys.WORKER_GROUP)
                .arg(step.run().text())
                .arg(field.published().entryId())
                .arg(step.field())
                .arg(expected)
                .arg(field.nextNumber())
                .arg(StepField.ledgerSuffix(ledgers))
                .arg(QueueEntry.announcement(step.step(), dependencies))
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
