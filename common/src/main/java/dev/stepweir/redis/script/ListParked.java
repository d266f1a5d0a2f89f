package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.StepAddress;

/**
 * Lists a parked step again that fell off the list of its dependency.
 *
 * @param readyMillis when it was first ready
 */
public record ListParked(Keys keys, StepAddress step, long readyMillis, String dependency)
        implements Operation<ListParked.Outcome> {

    /** What became of it. */
    public enum Outcome {
        LISTED,
        ALREADY
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        return new ScriptCall(Script.LIST_PARKED)
                .key(own.parked(dependency))
                .key(own.parkedDependencies())
                .arg(step.timer())
                .arg(readyMillis)
                .arg(dependency);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
