package dev.stepweir.worker;

import dev.stepweir.redis.BlockingConnection;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import dev.stepweir.worker.Slots.Reservation;
import io.lettuce.core.Consumer;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

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

    /**
     * What a read waits for.
     *
     * @param reservation slots for what it may bring
     * @param all whether that is every queue that is to be read
     */
    record Wait(Reservation reservation, List<String> queues, boolean all) {

        /** Sets slots aside for an entry each of so many queues, beginning with one. */
        static Wait reserve(Slots slots, List<String> queues, int start, int most) {
            Reservation reservation = new Reservation(slots);
            List<String> reserved = reservation.reserveEntries(queues, start, most);
            return new Wait(reservation, reserved, reserved.size() >= slots.readable(queues));
        }
    }

    /** Receives what a read brought. */
    interface Arrival {
        void arrived(List<ReadEntry> entries, Optional<Throwable> problem);
    }

    private final BlockingConnection connection;
    private final Partition partition;
    private final Map<String, String> queueOfKey = new HashMap<>();
    private final AtomicBoolean reading = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    BlockingReader(BlockingConnection connection, Partition partition, Iterable<String> queues) {
        this.connection = connection;
        this.partition = partition;
        queues.forEach(queue -> queueOfKey.put(partition.keys().queue(queue), queue));
    }

    boolean isReading() {
        return reading.get();
    }

    /** From here on it counts as reading; {@link #read} must follow. */
    void claim() {
        reading.set(true);
    }

    /**
     * Starts a read that was claimed; the arrival is told exactly once, maybe before this returns.
     */
    void read(List<String> queues, boolean slotsSuffice, Arrival arrival) {
        CompletionStage<List<ReadEntry>> read;
        try {
            read = sent(queues, slotsSuffice ? BLOCK : BLOCK_ON_SOME).thenApply(this::entries);
        } catch (Throwable unsent) {
            read = CompletableFuture.failedFuture(unsent);
        }
        RedisFutures.onDone(
                read,
                (entries, failure) -> {
                    reading.set(false);
                    arrival.arrived(
                            entries == null ? List.of() : entries, Optional.ofNullable(failure));
                });
    }

    private CompletionStage<List<StreamMessage<byte[], byte[]>>> sent(
            List<String> queues, Duration block) {
        @SuppressWarnings({"unchecked", "rawtypes"})
        StreamOffset<byte[]>[] offsets =
                queues.stream()
                        .map(queue -> Bytes.of(partition.keys().queue(queue)))
                        .map(StreamOffset::lastConsumed)
                        .toArray(size -> new StreamOffset[size]);
        XReadArgs args = XReadArgs.Builder.block(block).count(1);
        Consumer<byte[]> consumer =
                Consumer.from(Bytes.of(Keys.WORKER_GROUP), Bytes.of(partition.consumer()));
        return connection.commands().xreadgroup(consumer, args, offsets);
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

    /** A read that waits comes back at once; one that has not been sent yet does not. */
    void endWait() {
        if (reading.get()) {
            connection.endWait();
        }
    }

    /** A read under way is over; any number of times. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            connection.close();
        }
    }
}
