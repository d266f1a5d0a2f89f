package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.state.StepState;
import java.util.List;

/**
 * Publishes a parked step. One that is not parked any more is taken off the list.
 *
 * @param expected the step's field as the caller read it, or empty when there was none
 * @param inputs dependencies of the step whose outputs flow into it
 * @param dependency whose breaker had parked it
 * @param pass the breaker's epoch in which it may start; 0 for any in which the breaker is closed
 * @param event history record; only in a history of fewer than {@link NoteEvent#MOST_EVENTS}
 */
public record ReleaseStep(
        Keys keys,
        StepAddress step,
        String expected,
        List<String> inputs,
        String dependency,
        long pass,
        String event)
        implements Operation<ReleaseStep.Outcome> {

    /** What became of it. */
    public enum Outcome {
        PUBLISHED,
        /** Its run is paused: it is ready, and nothing is announced before the run is resumed. */
        HELD_UP,
        ALREADY,
        STALE,
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        StepField field = expected.isEmpty() ? StepField.ABSENT : StepField.parse(expected);
        boolean parked = field.state() == StepState.PARKED;
        return new ScriptCall(Script.RELEASE_STEP)
                .key(own.run(step.run()))
                .key(own.history(step.run()))
                .key(own.queue(step.queue()))
                .key(own.parked(dependency))
                .key(own.parkedDependencies())
                .arg(step.run().text())
                .arg(step.field())
                .arg(expected)
                .arg(parked ? field.nextNumber() : 0)
                .arg(StepField.ledgerSuffix(field.ledgers().withPass(pass).withRedelivery()))
                .arg(QueueEntry.announcement(step.step(), inputs))
                .arg(step.timer())
                .arg(dependency)
                .arg(NoteEvent.MOST_EVENTS)
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
