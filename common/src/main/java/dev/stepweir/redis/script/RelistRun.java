package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;

/** Lists a run where its state says, and nowhere else; a run that is gone is listed nowhere. */
public record RelistRun(Keys keys, RunId runId) implements Operation<RelistRun.Outcome> {

    /** Where it belongs. */
    public enum Outcome {
        OPEN,
        CLOSED,
        /** Its state is none that this version knows; nothing was changed. */
        UNKNOWN,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(runId);
        return new ScriptCall(Script.RELIST_RUN)
                .key(own.run(runId))
                .key(own.openRuns())
                .key(own.completedRuns())
                .key(own.failedRuns())
                .key(own.cancelledRuns())
                .arg(runId.text());
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
