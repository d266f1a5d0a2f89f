package dev.stepweir.worker;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.script.AdvanceSteps;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import dev.stepweir.redis.script.AdvanceSteps.Turn;
import dev.stepweir.redis.script.ScriptRunner;
import io.lettuce.core.Consumer;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The connection that one lane owns: what its turns send is executed in order. */
final class LaneConnection implements AutoCloseable {

    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final Partition partition;
    private final ScriptRunner scripts;
    private final Consumer<byte[]> consumer;

    LaneConnection(StatefulRedisConnection<byte[], byte[]> connection, Partition partition) {
        this.connection = connection;
        this.partition = partition;
        this.scripts = new ScriptRunner(connection.async());
        this.consumer = Consumer.from(Bytes.of(Keys.WORKER_GROUP), Bytes.of(partition.consumer()));
    }

    CompletableFuture<Turn> advance(AdvanceSteps call, int budget) {
        return call.send(scripts, budget);
    }

    /** Takes new entries of a queue without a script. */
    @SuppressWarnings("unchecked") // one stream: the array made for it is never seen by others
    CompletableFuture<List<ReadEntry>> take(String queue, int atMost) {
        return connection
                .async()
                .xreadgroup(
                        consumer,
                        XReadArgs.Builder.count(atMost),
                        StreamOffset.lastConsumed(partition.queueKey(queue)))
                .toCompletableFuture()
                .thenApply(messages ->
                        messages.stream().map(message -> ReadEntry.of(queue, message)).toList());
    }

    @Override
    public void close() {
        connection.close();
    }
}
