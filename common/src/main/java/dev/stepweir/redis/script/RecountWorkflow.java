package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;

/**
 * Sets how many stored runs use a definition; one that no run uses is removed.
 *
 * @param expected what it says as the caller read it, or empty
 * @param runs as counted
 */
public record RecountWorkflow(Keys keys, String hash, String expected, long runs)
        implements Operation<RecountWorkflow.Outcome> {

    /** What became of it. */
    public enum Outcome {
        COUNTED,
        REMOVED,
        ALREADY,
        /** It changed meanwhile, and has to be counted again. */
        STALE,
        GONE
    }

    @Override
    public ScriptCall call() {
        return new ScriptCall(Script.RECOUNT_WORKFLOW)
                .key(keys.workflow(hash))
                .arg(expected)
                .arg(runs);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
