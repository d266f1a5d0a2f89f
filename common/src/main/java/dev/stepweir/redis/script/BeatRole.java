package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import java.time.Duration;

/**
 * Shows that a role process lives.
 *
 * @param keys the namespace's first partition, which keeps those of all
 * @param silence time without a sign after which another one is forgotten
 */
public record BeatRole(Keys keys, String role, Duration silence)
        implements Operation<BeatRole.Outcome> {

    /** What became of it. */
    public enum Outcome {
        SHOWN
    }

    @Override
    public ScriptCall call() {
        return new ScriptCall(Script.BEAT_ROLE)
                .key(keys.roleBeats())
                .arg(role)
                .arg(silence.toMillis());
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
