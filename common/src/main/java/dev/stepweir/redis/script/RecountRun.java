package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepFields;
import java.util.List;

/**
 * Counts a run's dead steps anew, and its last steps that are open: if none is, the run completes.
 *
 * @param sinks the steps that nothing depends on
 * @param others all other steps
 */
public record RecountRun(Keys keys, RunId runId, List<String> sinks, List<String> others)
        implements Operation<RecountRun.Outcome> {

    /** What became of it. */
    public enum Outcome {
        COUNTED,
        COMPLETED,
        ALREADY,
        /** It has ended, or has not begun. */
        RUN_CLOSED,
        GONE
    }

    public RecountRun {
        sinks = List.copyOf(sinks);
        others = List.copyOf(others);
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(runId);
        ScriptCall call =
                new ScriptCall(Script.RECOUNT_RUN)
                        .key(own.run(runId))
                        .key(own.openRuns())
                        .key(own.completedRuns())
                        .arg(runId.text())
                        .arg(sinks.size());
        sinks.forEach(step -> call.arg(StepFields.state(step)));
        others.forEach(step -> call.arg(StepFields.state(step)));
        return call;
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
