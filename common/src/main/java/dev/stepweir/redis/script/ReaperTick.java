package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Says that a reaper is about to look at one partition.
 *
 * @param gap time without a look after which leases get their full time again
 * @param lease how long that is
 */
public record ReaperTick(Keys keys, Duration gap, Duration lease) {

    public ScriptCall call() {
        return new ScriptCall(Script.REAPER_TICK)
                .key(keys.reaper())
                .arg(gap.toMillis())
                .arg(lease.toMillis());
    }

    /** How long nothing may be taken back; zero when it may. */
    public CompletableFuture<Duration> runAsync(ScriptRunner scripts) {
        CompletableFuture<byte[]> reply = scripts.send(ScriptOutputType.VALUE, call());
        return reply.thenApply(millis -> Duration.ofMillis(Long.parseLong(Bytes.text(millis))));
    }
}
