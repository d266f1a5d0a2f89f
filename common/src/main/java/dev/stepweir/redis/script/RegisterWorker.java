package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import java.util.Collection;

/**
 * Stores a worker's description. It counts as a first sign of life.
 *
 * @param keys the namespace's first partition, which keeps those of all
 * @param record the description as JSON
 * @param startedMillis when it started, by its own clock
 * @param handlers their names
 */
public record RegisterWorker(
        Keys keys, String worker, byte[] record, long startedMillis, Collection<String> handlers)
        implements Operation<RegisterWorker.Outcome> {

    /** What became of it. */
    public enum Outcome {
        REGISTERED,
        /** Another worker has taken this one's name. */
        SUPERSEDED
    }

    @Override
    public ScriptCall call() {
        ScriptCall call =
                new ScriptCall(Script.REGISTER_WORKER)
                        .key(keys.workerRecords())
                        .key(keys.handlers())
                        .key(keys.workerNames())
                        .key(keys.workerBeats())
                        .arg(worker)
                        .arg(record)
                        .arg(startedMillis);
        handlers.forEach(call::arg);
        return call;
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
