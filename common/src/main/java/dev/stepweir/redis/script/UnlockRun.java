package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;

/**
 * Gives a run's lock back.
 *
 * @param token that the lock was given with
 */
public record UnlockRun(Keys keys, RunId runId, long token)
        implements Operation<UnlockRun.Outcome> {

    /** What became of it. */
    public enum Outcome {
        RELEASED,
        /** It had lapsed; another may hold it by now. */
        LAPSED
    }

    @Override
    public ScriptCall call() {
        return new ScriptCall(Script.UNLOCK_RUN).key(keys.of(runId).resumeLock(runId)).arg(token);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
