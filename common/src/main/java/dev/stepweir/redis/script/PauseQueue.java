package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;

/**
 * Holds a queue up in the whole namespace.
 *
 * @param keys of any partition of the namespace
 * @param pause who asked, and for what reason
 */
public record PauseQueue(Keys keys, String queue, String pause)
        implements Operation<PauseQueue.Outcome> {

    /** What became of it. */
    public enum Outcome {
        PAUSED,
        ALREADY
    }

    @Override
    public ScriptCall call() {
        Keys first = keys.in(0);
        return new ScriptCall(Script.PAUSE_QUEUE)
                .key(first.pausedQueues())
                .arg(queue)
                .arg(pause)
                .arg(first.pauseChannel());
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
