package dev.stepweir.effect;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.StoredValue;
import dev.stepweir.redis.script.ApplyEffect;
import dev.stepweir.text.Durations;
import java.time.Duration;
import java.util.Optional;

/** An {@link EffectLedger} in Redis: effect, key and token are one write. */
public final class RedisEffectLedger implements EffectLedger {

    private final Redis redis;
    private final Namespace namespace;
    private final Duration kept;

    /**
     * Over a connection that the caller keeps and closes.
     *
     * @param kept how long an effect is remembered after the last word about it: longer than any
     *     run that could ask for it again is kept
     */
    public RedisEffectLedger(Redis redis, Namespace namespace, Duration kept) {
        if (!kept.isPositive()) {
            throw new IllegalArgumentException(
                    "kept must be above zero, found " + Durations.text(kept));
        }
        this.redis = redis;
        this.namespace = namespace;
        this.kept = kept;
    }

    @Override
    public Answer announce(String key, long token) {
        return send(key, token, Optional.empty());
    }

    @Override
    public Answer apply(String key, long token, byte[] effect) {
        return send(key, token, Optional.of(effect));
    }

    @Override
    public Optional<byte[]> effect(String key) {
        byte[] record = Bytes.of(keys(key).effect(key));
        return redis.retrying(() ->
                        Optional.ofNullable(
                                RedisFutures.join(
                                        redis.commands().hget(record, Bytes.of("applied")))))
                .map(StoredValue::value);
    }

    private Answer send(String key, long token, Optional<byte[]> effect) {
        ApplyEffect operation = new ApplyEffect(keys(key), key, token, effect, kept);
        return switch (redis.retrying(() -> operation.run(redis.scripts()))) {
            case APPLIED -> Answer.APPLIED;
            case ANNOUNCED -> Answer.ANNOUNCED;
            case ALREADY -> Answer.ALREADY;
            case REFUSED -> Answer.REFUSED;
        };
    }

    private Keys keys(String key) {
        return namespace.keys(namespace.partitionOf(key));
    }
}
