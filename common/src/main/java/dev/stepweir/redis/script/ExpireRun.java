package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunId;

/**
 * Fails a run whose deadline has passed; the timer of a deadline that does not hold any more is
 * removed.
 *
 * @param event history record
 */
public record ExpireRun(Keys keys, RunId runId, String event)
        implements Operation<ExpireRun.Outcome> {

    /** What became of it. */
    public enum Outcome {
        EXPIRED,
        /** Not due yet by the clock of Redis; the timer is set again. */
        EARLY,
        /** It may take as long as it takes, or has not started. */
        NO_DEADLINE,
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(runId);
        return new ScriptCall(Script.EXPIRE_RUN)
                .key(own.run(runId))
                .key(own.history(runId))
                .key(own.openRuns())
                .key(own.failedRuns())
                .key(own.timers())
                .arg(runId.text())
                .arg(RunDeadline.timer(runId))
                .arg(RunDeadline.REASON)
                .arg(own.cancelChannel())
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
