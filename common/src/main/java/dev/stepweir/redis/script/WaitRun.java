package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepFields;
import java.time.Duration;
import java.util.List;

/**
 * Lets a run wait that dead steps block, until it is tried again.
 *
 * @param head the run's head as the caller read it, before its dead steps
 * @param attempt the run's attempt as the caller read it
 * @param delay until the next one
 * @param steps the names of every step of the workflow
 * @param event history record
 */
public record WaitRun(
        Keys keys,
        RunId runId,
        String head,
        int attempt,
        Duration delay,
        List<String> steps,
        String event)
        implements Operation<WaitRun.Outcome> {

    /** What became of it. */
    public enum Outcome {
        WAITING,
        /** Something can still proceed. */
        MOVING,
        /** It waits already. */
        ALREADY,
        /** It has been tried again since, or a step has died or was put to work. */
        STALE,
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(runId);
        ScriptCall call =
                new ScriptCall(Script.WAIT_RUN)
                        .key(own.run(runId))
                        .key(own.history(runId))
                        .key(own.timers())
                        .arg(runId.text())
                        .arg(head)
                        .arg(attempt)
                        .arg(attempt + 1)
                        .arg(delay.toMillis())
                        .arg(event);
        steps.forEach(step -> call.arg(StepFields.state(step)));
        return call;
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
