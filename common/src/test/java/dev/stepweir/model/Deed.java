package dev.stepweir.model;

import dev.stepweir.redis.script.Operation;
import dev.stepweir.redis.script.ScriptRunner;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Something that was done to the world of the model, and how to do it to Redis.
 *
 * @param words what a person reads when both disagree
 * @param expected the answer, as text
 * @param outcomes the kinds of answers that it gave, to be counted
 */
record Deed(String words, String expected, List<String> outcomes, Doing doing) {

    /** How Redis is told. */
    @FunctionalInterface
    interface Doing {
        CompletableFuture<?> by(Line line);
    }

    /** A connection on which everything is sent in order. */
    record Line(ScriptRunner scripts, RedisAsyncCommands<byte[], byte[]> commands) {}

    /** Redis's own command, whose answer does not matter. */
    static Deed ofRedis(String words, Doing doing) {
        return new Deed(
                words, "done", List.of(), line -> doing.by(line).thenApply(answer -> "done"));
    }

    /** A script that answers with one word. */
    static <O extends Enum<O>> Deed of(Operation<O> operation, O expected, String words) {
        return new Deed(
                words,
                expected.name(),
                List.of(expected.name()),
                line -> operation.runAsync(line.scripts()));
    }

    /** What Redis answers, errors by their first word. */
    CompletableFuture<String> send(Line line) {
        return doing.by(line)
                .handle((answer, failure) -> {
                    if (failure == null) {
                        return String.valueOf(answer);
                    }
                    Throwable cause =
                            failure instanceof CompletionException ? failure.getCause() : failure;
                    return "error " + String.valueOf(cause.getMessage()).split(" ", 2)[0];
                });
    }
}
