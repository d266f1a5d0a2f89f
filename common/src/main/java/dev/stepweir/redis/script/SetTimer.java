package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;

/**
 * Sets a step's timer where it is missing, or moves one that is there to a later time.
 *
 * @param timer as {@link dev.stepweir.run.StepAddress#timer} writes it
 */
public record SetTimer(Keys keys, String timer, long dueMillis, Only only)
        implements Operation<SetTimer.Outcome> {

    /** On which condition. */
    public enum Only {
        /** There is none. */
        MISSING,
        /** There is one, and it is due earlier. */
        LATER
    }

    /** What became of it. */
    public enum Outcome {
        SET,
        KEPT
    }

    @Override
    public ScriptCall call() {
        return new ScriptCall(Script.SET_TIMER)
                .key(keys.timers())
                .arg(timer)
                .arg(dueMillis)
                .arg(only.name());
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
