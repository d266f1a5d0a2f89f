package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;

/** Lists a queue's name where reapers and workers look for it. */
public record ListQueue(Keys keys, String queue) implements Operation<ListQueue.Outcome> {

    /** What became of it. */
    public enum Outcome {
        LISTED,
        ALREADY
    }

    @Override
    public ScriptCall call() {
        return new ScriptCall(Script.LIST_QUEUE).key(keys.queues()).arg(queue);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
