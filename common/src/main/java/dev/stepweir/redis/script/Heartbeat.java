package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepFields;
import io.lettuce.core.ScriptOutputType;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Renews a worker's record in one partition, and the leases it holds there.
 *
 * @param keys of that partition
 * @param consumer the worker's name in the consumer group
 * @param leases at most a few hundred
 */
public record Heartbeat(Keys keys, String consumer, List<Lease> leases) {

    /**
     * A step in hand.
     *
     * @param expected the step's field as the worker began it
     * @param entryId the entry that it holds
     * @param begun who executes it since when, kept with the run from the first heartbeat on
     */
    public record Lease(StepAddress step, String expected, String entryId, String begun) {}

    /** What became of one lease, or of the worker. */
    public enum Answer {
        HELD,
        /** Another dispatch is current, or another worker owns the entry. */
        LOST,
        RUN_CLOSED,
        /** Another worker has taken this one's name: nothing was renewed. */
        SUPERSEDED
    }

    public ScriptCall call() {
        ScriptCall call =
                new ScriptCall(Script.HEARTBEAT).key(keys.workerBeats()).key(keys.workerNames());
        call.arg(Keys.WORKER_GROUP).arg(consumer);
        for (Lease lease : leases) {
            call.key(keys.run(lease.step().run()))
                    .key(keys.queue(lease.step().queue()))
                    .arg(lease.step().field())
                    .arg(lease.expected())
                    .arg(lease.entryId())
                    .arg(StepFields.begun(lease.step().step()))
                    .arg(lease.begun());
        }
        return call;
    }

    /** One answer per lease, in their order; or {@link Answer#SUPERSEDED} alone. */
    public CompletableFuture<List<Answer>> runAsync(ScriptRunner scripts) {
        CompletableFuture<List<Object>> reply = scripts.send(ScriptOutputType.MULTI, call());
        return reply.thenApply(words ->
                words.stream().map(word -> Answer.valueOf(Bytes.text((byte[]) word))).toList());
    }
}
