package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;

/**
 * Lets workers read a queue again.
 *
 * @param keys of any partition of the namespace
 */
public record ResumeQueue(Keys keys, String queue) implements Operation<ResumeQueue.Outcome> {

    /** What became of it. */
    public enum Outcome {
        RESUMED,
        ALREADY
    }

    @Override
    public ScriptCall call() {
        Keys first = keys.in(0);
        return new ScriptCall(Script.RESUME_QUEUE)
                .key(first.pausedQueues())
                .arg(queue)
                .arg(first.pauseChannel());
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
