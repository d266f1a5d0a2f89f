package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;

/**
 * Stores a worker's description.
 *
 * @param keys the namespace's first partition, which keeps those of all
 * @param record the description as JSON
 */
public record RegisterWorker(Keys keys, String worker, byte[] record)
        implements Operation<RegisterWorker.Outcome> {

    /** What became of it. */
    public enum Outcome {
        REGISTERED
    }

    @Override
    public ScriptCall call() {
        return new ScriptCall(Script.REGISTER_WORKER)
                .key(keys.workerRecords())
                .arg(worker)
                .arg(record);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
