package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;

/**
 * Ends a run that has not completed.
 *
 * @param why who asked, and for what reason
 * @param event history record
 */
public record CancelRun(Keys keys, RunId runId, String why, String event)
        implements Operation<CancelRun.Outcome> {

    /** What became of it. */
    public enum Outcome {
        CANCELLED,
        ALREADY,
        /** Too late: it has completed. */
        COMPLETED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(runId);
        return new ScriptCall(Script.CANCEL_RUN)
                .key(own.run(runId))
                .key(own.history(runId))
                .key(own.openRuns())
                .key(own.failedRuns())
                .key(own.cancelledRuns())
                .arg(runId.text())
                .arg(why)
                .arg(own.cancelChannel())
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
