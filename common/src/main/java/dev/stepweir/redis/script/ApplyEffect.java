package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.StoredValue;
import java.time.Duration;
import java.util.Optional;

/**
 * Applies an effect once, at its receiver.
 *
 * @param keys of the partition where the key is looked for
 * @param token of the execution that asks
 * @param effect what it is, or empty to announce the token only
 * @param kept how long it is remembered
 */
public record ApplyEffect(Keys keys, String key, long token, Optional<byte[]> effect, Duration kept)
        implements Operation<ApplyEffect.Outcome> {

    /** What became of it. */
    public enum Outcome {
        APPLIED,
        /** Lower tokens are refused from now on. */
        ANNOUNCED,
        ALREADY,
        /** A higher token was seen. */
        REFUSED
    }

    @Override
    public ScriptCall call() {
        return new ScriptCall(Script.APPLY_EFFECT)
                .key(keys.effect(key))
                .arg(token)
                .arg(effect.map(StoredValue::inline).orElse(Bytes.EMPTY))
                .arg(kept.toMillis());
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
