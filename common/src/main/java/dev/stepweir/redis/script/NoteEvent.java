package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;

/**
 * Notes in a run's history what changed nothing, such as a result that came too late.
 *
 * @param event history record
 */
public record NoteEvent(Keys keys, RunId runId, String event)
        implements Operation<NoteEvent.Outcome> {

    /** Events of a run beyond which none is noted that may come again and again. */
    public static final int MOST_EVENTS = 1_000;

    /** What became of it. */
    public enum Outcome {
        NOTED,
        /** The history is long enough already. */
        FULL,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(runId);
        return new ScriptCall(Script.NOTE_EVENT)
                .key(own.run(runId))
                .key(own.history(runId))
                .arg(MOST_EVENTS)
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
