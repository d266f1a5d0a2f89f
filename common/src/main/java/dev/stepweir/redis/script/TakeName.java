package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import io.lettuce.core.ScriptOutputType;
import java.util.concurrent.CompletableFuture;

/**
 * Makes a start of a worker the last under its name in one partition.
 *
 * @param epoch which start under this name it is, from 1 on; 0 draws the next
 */
public record TakeName(Keys keys, String name, long epoch) {

    public TakeName {
        if (epoch < 0) {
            throw new IllegalArgumentException("epoch must be >= 0, found " + epoch);
        }
    }

    /**
     * Draws the epoch of a start.
     *
     * @param first of the namespace's partitions, which counts for all
     */
    public static TakeName drawing(Keys first, String name) {
        return new TakeName(first, name, 0);
    }

    public ScriptCall call() {
        return new ScriptCall(Script.TAKE_NAME)
                .key(keys.workerNames())
                .key(keys.workerBeats())
                .key(keys.workerRecords())
                .arg(name)
                .arg(epoch);
    }

    /** The last epoch under the name; one higher than this start's has superseded it. */
    public CompletableFuture<Long> runAsync(ScriptRunner scripts) {
        CompletableFuture<byte[]> reply = scripts.send(ScriptOutputType.VALUE, call());
        return reply.thenApply(last -> Long.parseLong(Bytes.text(last)));
    }
}
