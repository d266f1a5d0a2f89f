package dev.stepweir.worker;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import io.lettuce.core.Consumer;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Waits for the next entry on a connection of its own, since a blocked connection holds up whatever
 * else is sent on it. Asks for one entry of each queue, for which the lane keeps slots.
 */
final class BlockingReader implements AutoCloseable {

    /**
     * Shorter than any command's timeout, so that no reply is ever given up that brings entries.
     */
    private static final Duration BLOCK = Duration.ofMillis(1000);

    /** When slots do not suffice for all queues or lanes, the others get their turn soon. */
    private static final Duration BLOCK_ON_SOME = Duration.ofMillis(100);

    /** Receives what a read brought. */
    interface Arrival {
        void arrived(List<ReadEntry> entries, Optional<Throwable> problem);
    }

    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final Partition partition;
    private final Map<String, String> queueOfKey = new HashMap<>();
    private volatile boolean reading;

    BlockingReader(
            StatefulRedisConnection<byte[], byte[]> connection,
            Partition partition,
            Iterable<String> queues) {
        this.connection = connection;
        this.partition = partition;
        queues.forEach(queue -> queueOfKey.put(partition.keys().queue(queue), queue));
    }

    boolean isReading() {
        return reading;
    }

    /** Starts a read; the arrival is told exactly once. */
    void read(List<String> queues, boolean slotsSuffice, Arrival arrival) {
        reading = true;
        @SuppressWarnings({"unchecked", "rawtypes"})
        StreamOffset<byte[]>[] offsets =
                queues.stream()
                        .map(queue -> Bytes.of(partition.keys().queue(queue)))
                        .map(StreamOffset::lastConsumed)
                        .toArray(size -> new StreamOffset[size]);
        XReadArgs args = XReadArgs.Builder.block(slotsSuffice ? BLOCK : BLOCK_ON_SOME).count(1);
        Consumer<byte[]> consumer =
                Consumer.from(Bytes.of(Keys.WORKER_GROUP), Bytes.of(partition.consumer()));
        RedisFutures.onDone(
                connection.async().xreadgroup(consumer, args, offsets),
                (messages, failure) -> {
                    reading = false;
                    arrival.arrived(
                            messages == null ? List.of() : entries(messages),
                            Optional.ofNullable(failure));
                });
    }

    private List<ReadEntry> entries(List<StreamMessage<byte[], byte[]>> messages) {
        List<ReadEntry> entries = new ArrayList<>(messages.size());
        for (StreamMessage<byte[], byte[]> message : messages) {
            String queue = queueOfKey.get(Bytes.text(message.getStream()));
            if (queue != null) {
                entries.add(ReadEntry.of(queue, message));
            }
        }
        return entries;
    }

    @Override
    public void close() {
        connection.close();
    }
}
