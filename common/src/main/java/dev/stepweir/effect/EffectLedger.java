package dev.stepweir.effect;

import java.util.Optional;

/**
 * What a receiver remembers of effects, so that one which is asked for again is not done again. A
 * handler may be started more than once; it hands its stable key and its fencing token to the
 * receiver with each effect, and the receiver asks here.
 *
 * <p>An effect that fits into the ledger is applied by {@link #apply} alone. For one outside of it
 * the receiver says {@link #announce} first, does it if the answer is {@code ANNOUNCED}, and says
 * {@code apply} afterwards; if it dies between the two, the effect is done again under the same
 * key. Safe for any number of threads and processes.
 */
public interface EffectLedger {

    /** What the ledger answers. */
    enum Answer {
        /** The effect is in the ledger from now on. */
        APPLIED,
        /** Nobody has done it yet; executions with a lower token are refused from now on. */
        ANNOUNCED,
        /** It was applied before: there is nothing to do. */
        ALREADY,
        /** A later execution has been here: this one was given up and must not do it. */
        REFUSED
    }

    /**
     * Asks whether an effect may be done.
     *
     * @param key what makes two effects the same one: a step's idempotency key, and what tells its
     *     effects apart if it has several
     * @param token the fencing token of the execution
     */
    Answer announce(String key, long token);

    /** Applies an effect, unless it was applied or the token is lower than one that was seen. */
    Answer apply(String key, long token, byte[] effect);

    /** The effect that was applied under a key; empty when there is none. */
    Optional<byte[]> effect(String key);
}
