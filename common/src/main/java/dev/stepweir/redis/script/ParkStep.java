package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;

/**
 * Puts a step aside that a worker took and its dependency's breaker does not let through.
 *
 * @param expected the step's field as the worker began it
 * @param event history record; only in a history of fewer than {@link NoteEvent#MOST_EVENTS}
 */
public record ParkStep(
        Keys keys,
        String worker,
        StepAddress step,
        String expected,
        String dependency,
        String event)
        implements Operation<ParkStep.Outcome> {

    /** What became of it. */
    public enum Outcome {
        PARKED,
        ALREADY,
        STALE,
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        StepField field = StepField.parse(expected);
        StepField parked = field.parked();
        return new ScriptCall(Script.PARK_STEP)
                .key(own.run(step.run()))
                .key(own.history(step.run()))
                .key(own.queue(step.queue()))
                .key(own.parked(dependency))
                .key(own.parkedDependencies())
                .key(own.workerNames())
                .arg(Keys.WORKER_GROUP)
                .arg(worker)
                .arg(field.published().entryId())
                .arg(step.field())
                .arg(expected)
                .arg(StepField.parked(parked.published(), parked.ledgers()))
                .arg(step.timer())
                .arg(parked.ledgers().readyMillis())
                .arg(dependency)
                .arg(NoteEvent.MOST_EVENTS)
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
