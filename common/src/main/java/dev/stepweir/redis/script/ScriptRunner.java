package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.RedisFutures;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Runs scripts on one connection by their hash, and loads a script that Redis does not know (any
 * more). Thread-safe.
 */
public final class ScriptRunner {

    private final RedisAsyncCommands<byte[], byte[]> commands;

    public ScriptRunner(RedisAsyncCommands<byte[], byte[]> commands) {
        this.commands = commands;
    }

    /** The outcome of a script that answers with one word; waits for it. */
    public <E extends Enum<E>> E run(Class<E> outcomes, ScriptCall call) {
        return RedisFutures.join(runAsync(outcomes, call));
    }

    /** The outcome of a script that answers with one word. */
    public <E extends Enum<E>> CompletableFuture<E> runAsync(Class<E> outcomes, ScriptCall call) {
        CompletableFuture<Object> reply = send(ScriptOutputType.VALUE, call);
        return reply.thenApply(
                word -> Enum.valueOf(outcomes, Bytes.text((byte[]) Objects.requireNonNull(word))));
    }

    /** The raw reply: byte arrays, longs, and lists of them. */
    public <T> CompletableFuture<T> send(ScriptOutputType type, ScriptCall call) {
        byte[][] keys = call.keys();
        byte[][] args = call.args();
        CompletableFuture<T> first = evalsha(type, call.script(), keys, args);
        return first.exceptionallyCompose(failure -> {
            if (!isNoScript(failure)) {
                return CompletableFuture.failedFuture(failure);
            }
            return loadAndSend(type, call, keys, args);
        });
    }

    private <T> CompletableFuture<T> loadAndSend(
            ScriptOutputType type, ScriptCall call, byte[][] keys, byte[][] args) {
        var unused = commands.scriptLoad(Bytes.of(call.script().source()));
        return evalsha(type, call.script(), keys, args);
    }

    private <T> CompletableFuture<T> evalsha(
            ScriptOutputType type, Script script, byte[][] keys, byte[][] args) {
        try {
            return commands.<T>evalsha(script.sha(), type, keys, args).toCompletableFuture();
        } catch (RedisException notSent) {
            return CompletableFuture.failedFuture(notSent);
        } catch (IllegalStateException closed) {
            // The client's, not of what was asked: as a cause it would pass for bad data of a run.
            return CompletableFuture.failedFuture(new RedisException(closed.getMessage()));
        }
    }

    private static boolean isNoScript(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RedisNoScriptException;
    }
}
