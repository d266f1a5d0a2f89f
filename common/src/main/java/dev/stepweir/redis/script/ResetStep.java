package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import java.util.List;

/**
 * Publishes a step at once that waits for its retry or is parked, or that a worker is taken to have
 * got stuck with.
 *
 * @param step with the queue that its entry may be in
 * @param expected the step's field as the caller read it
 * @param inputs dependencies of the step whose outputs flow into it
 * @param dependency whose breaker may hold it back
 * @param event history record
 */
public record ResetStep(
        Keys keys,
        StepAddress step,
        String expected,
        List<String> inputs,
        String dependency,
        String event)
        implements Operation<ResetStep.Outcome> {

    /** What became of it. */
    public enum Outcome {
        PUBLISHED,
        /** It has moved since it was read. */
        CHANGED,
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        StepField field = StepField.parse(expected);
        Ledgers ledgers = field.ledgers().rebased();
        return new ScriptCall(Script.RESET_STEP)
                .key(own.run(step.run()))
                .key(own.history(step.run()))
                .key(own.queue(step.handler()))
                .key(own.queue(step.queue()))
                .key(own.timers())
                .key(own.parked(dependency))
                .key(own.parkedDependencies())
                .arg(Keys.WORKER_GROUP)
                .arg(step.run().text())
                .arg(field.published().entryId())
                .arg(step.field())
                .arg(expected)
                .arg(field.nextNumber())
                .arg(StepField.ledgerSuffix(ledgers))
                .arg(QueueEntry.announcement(step.step(), inputs))
                .arg(step.timer())
                .arg(dependency)
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
