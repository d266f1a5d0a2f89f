package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;

/**
 * Holds a run up until it is resumed.
 *
 * @param pause who asked, and for what reason
 * @param event history record
 */
public record PauseRun(Keys keys, RunId runId, String pause, String event)
        implements Operation<PauseRun.Outcome> {

    /** What became of it. */
    public enum Outcome {
        PAUSED,
        ALREADY,
        /** There is nothing to hold up: it is over, or dead steps block it. */
        CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(runId);
        return new ScriptCall(Script.PAUSE_RUN)
                .key(own.run(runId))
                .key(own.history(runId))
                .arg(pause)
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
