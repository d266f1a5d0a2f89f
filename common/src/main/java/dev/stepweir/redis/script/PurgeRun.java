package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import java.util.List;

/**
 * Removes a closed run and all that belongs to it.
 *
 * @param state as which it is listed
 * @param workflowHash content hash of its definition
 * @param finishedBeforeMillis only a run that closed before this time is removed
 * @param callerKey under which it was submitted, or empty
 * @param blobs the fields whose values are kept outside the run
 * @param letters ids of the dead letters that its steps may have left
 */
public record PurgeRun(
        Keys keys,
        RunId runId,
        RunState state,
        String workflowHash,
        long finishedBeforeMillis,
        String callerKey,
        List<String> blobs,
        List<String> letters)
        implements Operation<PurgeRun.Outcome> {

    /** What became of it. */
    public enum Outcome {
        PURGED,
        /** It was opened again. */
        OPEN,
        YOUNG,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(runId);
        ScriptCall call =
                new ScriptCall(Script.PURGE_RUN)
                        .key(own.run(runId))
                        .key(own.history(runId))
                        .key(own.runsIn(state))
                        .key(own.workflow(workflowHash))
                        .key(own.deadLetters())
                        .key(own.letterIndex())
                        .key(own.callerKey(callerKey));
        blobs.forEach(field -> call.key(own.blob(runId, field)));
        call.arg(runId.text()).arg(finishedBeforeMillis);
        letters.forEach(call::arg);
        return call;
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
