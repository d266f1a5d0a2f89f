package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;

/**
 * Makes a dead letter of a step that is on its way.
 *
 * @param step with the queue that its entry may be in
 * @param expected the step's field as the caller read it
 * @param dependency whose breaker may hold it back
 * @param error JSON
 * @param letter JSON
 * @param event history record
 */
public record CondemnStep(
        Keys keys,
        StepAddress step,
        String expected,
        String dependency,
        String error,
        String letter,
        String event)
        implements Operation<CondemnStep.Outcome> {

    /** What became of it. */
    public enum Outcome {
        DEAD,
        /** It has moved since it was read. */
        CHANGED,
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        StepField field = StepField.parse(expected);
        return new ScriptCall(Script.CONDEMN_STEP)
                .key(own.run(step.run()))
                .key(own.history(step.run()))
                .key(own.queue(step.queue()))
                .key(own.timers())
                .key(own.deadLetters())
                .key(own.letterIndex())
                .key(own.inbox())
                .key(own.parked(dependency))
                .key(own.parkedDependencies())
                .arg(Keys.WORKER_GROUP)
                .arg(step.run().text())
                .arg(field.published().entryId())
                .arg(step.field())
                .arg(expected)
                .arg(StepField.deadUpToLetter(field.published().withdrawn(), field.ledgers()))
                .arg(StepFields.error(step.step()))
                .arg(error)
                .arg(step.timer())
                .arg(dependency)
                .arg(step.letterId())
                .arg(letter)
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
