package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.run.KeyClaim;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Claims a key that several runs share.
 *
 * @param keys of the partition where the key is looked for
 * @param over the claim that the caller saw to be over, or empty
 * @param kept how long an unfinished claim is kept
 */
public record ClaimKey(Keys keys, String key, KeyClaim claim, String over, Duration kept) {

    /** What became of it. */
    public enum Outcome {
        CLAIMED,
        /** Its result is there. */
        DONE,
        HELD
    }

    /**
     * The key as it is now.
     *
     * @param holder who claimed it last, as stored
     * @param token rises with every claim, also after the key was forgotten
     * @param age how long ago it was claimed
     * @param result tagged value, or empty
     */
    public record Answer(Outcome outcome, String holder, long token, Duration age, byte[] result) {}

    public ScriptCall call() {
        return new ScriptCall(Script.CLAIM_KEY)
                .key(keys.sharedKey(key))
                .arg(claim.text())
                .arg(over)
                .arg(kept.toMillis());
    }

    public CompletableFuture<Answer> runAsync(ScriptRunner scripts) {
        CompletableFuture<List<Object>> reply = scripts.send(ScriptOutputType.MULTI, call());
        return reply.thenApply(parts ->
                new Answer(
                        Outcome.valueOf(text(parts, 0)),
                        text(parts, 1),
                        Long.parseLong(text(parts, 2)),
                        Duration.ofMillis(Long.parseLong(text(parts, 3))),
                        (byte[]) parts.get(4)));
    }

    private static String text(List<Object> parts, int index) {
        return Bytes.text((byte[]) parts.get(index));
    }
}
