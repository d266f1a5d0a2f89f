package dev.stepweir.redis.script;

import java.util.concurrent.CompletableFuture;

/**
 * A call of one script whose answer is one word. Every operation is guarded: repeated after a lost
 * reply it changes nothing more. What it answers then is said with its outcomes: some know their
 * first call, others find the state that it left.
 *
 * @param <O> the words it may answer
 */
public interface Operation<O extends Enum<O>> {

    ScriptCall call();

    Class<O> outcomes();

    default O run(ScriptRunner scripts) {
        return scripts.run(outcomes(), call());
    }

    default CompletableFuture<O> runAsync(ScriptRunner scripts) {
        return scripts.runAsync(outcomes(), call());
    }
}
