package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import io.lettuce.core.ScriptOutputType;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Asks to be told on a channel when a run closes. */
public record WatchRun(Keys keys, RunId runId, String channel) {

    public ScriptCall call() {
        return new ScriptCall(Script.WATCH_RUN).key(keys.of(runId).run(runId)).arg(channel);
    }

    /** The run as it is now, or empty when there is none; one that is closed tells nobody more. */
    public CompletableFuture<Optional<RunHead>> runAsync(ScriptRunner scripts) {
        CompletableFuture<byte[]> reply = scripts.send(ScriptOutputType.VALUE, call());
        return reply.thenApply(head ->
                head.length == 0 ? Optional.empty() : Optional.of(RunHead.parse(Bytes.text(head))));
    }
}
