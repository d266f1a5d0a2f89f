package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Locks a run for who resumes it, or renews the lock for who holds it.
 *
 * @param holder who asks: unique, so that a repeated call is known
 * @param lease how long the lock lasts from now on
 */
public record LockRun(Keys keys, RunId runId, String holder, Duration lease) {

    /** What became of it. */
    public enum Outcome {
        HELD,
        LOCKED,
        GONE
    }

    /**
     * The lock as it is now.
     *
     * @param token rises with every holder; 0 when there is no run
     * @param holder who holds it; empty when there is no run
     */
    public record Answer(Outcome outcome, long token, String holder) {}

    public ScriptCall call() {
        Keys own = keys.of(runId);
        return new ScriptCall(Script.LOCK_RUN)
                .key(own.run(runId))
                .key(own.resumeLock(runId))
                .arg(holder)
                .arg(lease.toMillis());
    }

    public CompletableFuture<Answer> runAsync(ScriptRunner scripts) {
        CompletableFuture<List<Object>> reply = scripts.send(ScriptOutputType.MULTI, call());
        return reply.thenApply(parts -> {
            Outcome outcome = Outcome.valueOf(Bytes.text((byte[]) parts.get(0)));
            String lock = Bytes.text((byte[]) parts.get(1));
            int space = lock.indexOf(' ');
            return space < 0
                    ? new Answer(outcome, 0, "")
                    : new Answer(
                            outcome, Long.parseLong(lock, 0, space, 10), lock.substring(space + 1));
        });
    }
}
