package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import java.time.Duration;

/**
 * Removes a consumer that holds nothing and whose process fell silent long ago.
 *
 * @param stream a queue's or the inbox's key
 * @param group of which it is a consumer
 * @param silence time without a worker's beat after which it is forgotten
 */
public record ForgetConsumer(
        Keys keys, String stream, String group, String consumer, Duration silence)
        implements Operation<ForgetConsumer.Outcome> {

    /** What became of it. */
    public enum Outcome {
        FORGOTTEN,
        /** It has entries, which the reaper takes back first. */
        HOLDING,
        ALIVE,
        /** The stream or the group does not exist. */
        GONE
    }

    @Override
    public ScriptCall call() {
        return new ScriptCall(Script.FORGET_CONSUMER)
                .key(stream)
                .key(keys.workerBeats())
                .arg(group)
                .arg(consumer)
                .arg(silence.toMillis());
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
