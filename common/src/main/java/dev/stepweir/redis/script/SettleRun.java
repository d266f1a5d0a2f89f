package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepFields;
import java.util.List;

/**
 * Fails a run that dead steps block.
 *
 * @param steps the names of every step of the workflow
 */
public record SettleRun(Keys keys, RunId runId, List<String> steps)
        implements Operation<SettleRun.Outcome> {

    /** The reason that such a run shows. */
    public static final String BLOCKED_BY_FAILURES = "blocked_by_failures";

    /** What became of it. */
    public enum Outcome {
        FAILED,
        /** Something can still proceed. */
        MOVING,
        ALREADY,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(runId);
        ScriptCall call =
                new ScriptCall(Script.SETTLE_RUN)
                        .key(own.run(runId))
                        .key(own.openRuns())
                        .key(own.failedRuns())
                        .arg(runId.text())
                        .arg(BLOCKED_BY_FAILURES);
        steps.forEach(step -> call.arg(StepFields.state(step)));
        return call;
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
