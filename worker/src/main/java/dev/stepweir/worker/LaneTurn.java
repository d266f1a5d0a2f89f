package dev.stepweir.worker;

import dev.stepweir.redis.script.AdvanceSteps;
import dev.stepweir.redis.script.AdvanceSteps.Commit;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import dev.stepweir.redis.script.AdvanceSteps.Turn;
import dev.stepweir.worker.Slots.Reservation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One turn of a lane: what it commits, begins and takes, and the slots that are reserved for what
 * it may bring. With little to do the script takes as well, and begins what it took: one round trip
 * per step. Behind a backlog the takes are plain reads sent along with it, and what they bring is
 * begun by the next turn's script: entries need not pass through Lua on their way in.
 */
final class LaneTurn {

    private static final int MAX_WRITES = 1000;

    /** A take that brings so many at once comes from a backlog. */
    private static final int MANY = 16;

    private static final Turn NOTHING = new Turn(List.of(), List.of(), "");

    /** A finished execution that waits for its commit. */
    record Finished(Execution execution, Commit commit) {}

    /** What waits for its commit, in order. Guarded by its lane. */
    static final class Outbox {

        private final Deque<Finished> waiting = new ArrayDeque<>();
        private int suspects;

        void add(Finished item) {
            waiting.addLast(item);
        }

        /** They were not sent, or nobody knows whether: they are sent again. */
        void putBack(List<Finished> items) {
            items.reversed().forEach(waiting::addFirst);
        }

        /** One of them may be why their call was refused: they go one by one. */
        void putBackSuspected(List<Finished> items) {
            putBack(items);
            suspects = Math.max(suspects, items.size());
        }

        /** So many are settled, whatever was suspected of them. */
        void settled(int items) {
            suspects = Math.max(0, suspects - items);
        }

        boolean isSuspected() {
            return suspects > 0;
        }

        boolean isEmpty() {
            return waiting.isEmpty();
        }

        /**
         * Whether what waits is no more than a call may carry: else it grows faster than it is
         * sent. Counted in bytes, since they fill a heap. Many small ones are no reason to hold
         * back: a chain goes on by taking in the call that commits.
         */
        boolean fits() {
            long bytes = 0;
            for (Finished each : waiting) {
                bytes += each.commit().size();
            }
            return waiting.size() <= 1 || bytes <= AdvanceSteps.MAX_BYTES;
        }
    }

    private final AdvanceSteps call;
    private final Reservation reservation;
    private final List<Finished> items = new ArrayList<>();
    private final List<ReadEntry> begins = new ArrayList<>();
    private final Map<String, Integer> takes = new LinkedHashMap<>();
    private final boolean saturated;
    private int budget;

    // The answers.
    private CompletableFuture<Turn> advanced = CompletableFuture.completedFuture(NOTHING);
    private final List<CompletableFuture<List<ReadEntry>>> taken = new ArrayList<>();

    LaneTurn(Partition partition, Reservation reservation, boolean saturated) {
        this.call = new AdvanceSteps(partition);
        this.reservation = reservation;
        this.saturated = saturated;
    }

    /** Moves finished work into this turn, as much as one call may carry. */
    void commit(Outbox outbox) {
        int most = outbox.isSuspected() ? 1 : AdvanceSteps.MAX_ITEMS;
        int writes = 0;
        int bytes = 0;
        while (!outbox.isEmpty() && items.size() < most) {
            Commit next = outbox.waiting.getFirst().commit();
            writes += next.writes();
            bytes += next.size();
            if (!items.isEmpty() && (writes > MAX_WRITES || bytes > AdvanceSteps.MAX_BYTES)) {
                return;
            }
            call.commit(next);
            items.add(outbox.waiting.removeFirst());
        }
    }

    /** Moves entries that were read into this turn. */
    void begin(Deque<ReadEntry> read) {
        while (!read.isEmpty() && begins.size() < AdvanceSteps.MAX_ITEMS) {
            ReadEntry entry = read.removeFirst();
            call.begin(entry.queue(), entry.id(), entry.text());
            begins.add(entry);
        }
    }

    /** Plans to take from the queues, in turn; false when slots were lacking for some. */
    boolean take(List<String> queues, int start, int atMost) {
        int free = reservation.reserve(Math.min(atMost, AdvanceSteps.MAX_ITEMS));
        int left = free;
        for (int i = 0; i < queues.size() && left > 0; i++) {
            String queue = queues.get(Math.floorMod(start + i, queues.size()));
            // The script shares one budget over its takes; plain reads need a share each.
            int share = saturated ? Math.max(1, left / (queues.size() - i)) : left;
            int most = reservation.reserve(queue, share);
            if (most > 0) {
                takes.put(queue, most);
                left -= saturated ? most : 0;
            }
        }
        budget = saturated ? free - left : free;
        if (takes.isEmpty()) {
            reservation.releaseRest();
            budget = 0;
        }
        return takes.size() >= reservation.readable(queues);
    }

    /** It could not be filled, and is not sent: what is in it goes back as from any that failed. */
    void fail(Throwable why) {
        advanced = CompletableFuture.failedFuture(why);
    }

    private boolean hasFailed() {
        return advanced.isCompletedExceptionally();
    }

    boolean isEmpty() {
        return call.isEmpty() && takes.isEmpty() && !hasFailed();
    }

    /** Most entries that this turn takes. */
    int budget() {
        return budget;
    }

    /** Whether, if as many came, there is a backlog. */
    boolean takesMany() {
        return budget >= MANY;
    }

    List<Finished> items() {
        return items;
    }

    List<ReadEntry> begins() {
        return begins;
    }

    /** Sends the turn; complete, well or badly, when every answer is there. */
    CompletableFuture<?> send(LaneConnection connection) {
        if (hasFailed()) {
            return advanced;
        }
        try {
            return sent(connection);
        } catch (Throwable unsent) {
            // As if it had been refused: there is one way to go on from both.
            taken.clear();
            fail(unsent);
            return advanced;
        }
    }

    private CompletableFuture<?> sent(LaneConnection connection) {
        if (!saturated) {
            takes.forEach(call::take);
        }
        if (!call.isEmpty()) {
            advanced = connection.advance(call, saturated ? 0 : budget);
        }
        List<CompletableFuture<?>> answers = new ArrayList<>(List.of(advanced));
        if (saturated) {
            takes.forEach((queue, most) -> taken.add(connection.take(queue, most)));
            answers.addAll(taken);
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
    }

    /** What the script answered. */
    CompletableFuture<Turn> advanced() {
        return advanced;
    }

    /** Why plain reads failed, if they did. */
    Optional<Throwable> takeFailure() {
        return taken.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .map(CompletableFuture::exceptionNow)
                .findFirst();
    }

    /** What plain reads brought, to be begun in the next turn. */
    List<ReadEntry> read() {
        return taken.stream()
                .filter(read -> !read.isCompletedExceptionally())
                .flatMap(read -> read.resultNow().stream())
                .toList();
    }

    /**
     * Called once when the answers are there. The slots of entries that came are their own now, and
     * those of entries whose begin was not answered stay theirs; the rest is given back.
     */
    void settleSlots() {
        if (!advanced.isCompletedExceptionally()) {
            begins.forEach(entry -> reservation.addEntry(entry.queue()));
            advanced.resultNow().begun().forEach(one -> reservation.use(one.queue()));
        }
        read().forEach(entry -> reservation.use(entry.queue()));
        reservation.releaseRest();
    }
}
