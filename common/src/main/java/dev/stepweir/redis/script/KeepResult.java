package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.StoredValue;
import dev.stepweir.run.KeyClaim;
import java.time.Duration;

/**
 * Keeps a result under the key that was claimed for it.
 *
 * @param result JSON
 * @param kept how long others find it
 */
public record KeepResult(Keys keys, String key, KeyClaim claim, byte[] result, Duration kept)
        implements Operation<KeepResult.Outcome> {

    /** What became of it. */
    public enum Outcome {
        KEPT,
        ALREADY,
        /** The key was forgotten or taken over. */
        LOST
    }

    @Override
    public ScriptCall call() {
        return new ScriptCall(Script.KEEP_RESULT)
                .key(keys.sharedKey(key))
                .arg(claim.text())
                .arg(StoredValue.inline(result))
                .arg(kept.toMillis());
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
