package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;

/**
 * Lists a parked step again that fell off the list of its dependency.
 *
 * @param expected the step's field as the caller read it
 */
public record ListParked(Keys keys, StepAddress step, String expected, String dependency)
        implements Operation<ListParked.Outcome> {

    /** What became of it. */
    public enum Outcome {
        LISTED,
        ALREADY,
        /** It is not as the caller read it. */
        STALE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        return new ScriptCall(Script.LIST_PARKED)
                .key(own.run(step.run()))
                .key(own.parked(dependency))
                .key(own.parkedDependencies())
                .arg(step.field())
                .arg(expected)
                .arg(step.timer())
                .arg(StepField.parse(expected).ledgers().readyMillis())
                .arg(dependency);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
