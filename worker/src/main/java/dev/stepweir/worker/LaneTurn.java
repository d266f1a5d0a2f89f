package dev.stepweir.worker;

import dev.stepweir.redis.script.AdvanceSteps;
import dev.stepweir.redis.script.AdvanceSteps.Commit;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import dev.stepweir.redis.script.AdvanceSteps.Turn;
import dev.stepweir.redis.script.ScriptRunner;
import dev.stepweir.worker.Lane.Finished;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One turn of a lane under construction: what it commits, begins and takes, and the slots that are
 * reserved for what it may bring.
 */
final class LaneTurn {

    private static final int MAX_WRITES = 500;

    private final AdvanceSteps call;
    private final Reservation reservation;
    private final List<Finished> items = new ArrayList<>();
    private final List<ReadEntry> begins = new ArrayList<>();
    private int budget;

    LaneTurn(Partition partition, Reservation reservation) {
        this.call = new AdvanceSteps(partition);
        this.reservation = reservation;
    }

    /** Moves finished work into this turn, as much as one call may carry. */
    void commit(Deque<Finished> outbox, int most) {
        int writes = 0;
        int bytes = 0;
        while (!outbox.isEmpty() && items.size() < most) {
            Commit next = outbox.getFirst().commit();
            writes += next.writes();
            bytes += next.size();
            if (!items.isEmpty() && (writes > MAX_WRITES || bytes > AdvanceSteps.MAX_BYTES)) {
                return;
            }
            call.commit(next);
            items.add(outbox.removeFirst());
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
    boolean take(List<String> queues, int start) {
        budget = reservation.reserve(AdvanceSteps.MAX_ITEMS);
        int asked = 0;
        for (int i = 0; i < queues.size() && budget > 0; i++) {
            String queue = queues.get(Math.floorMod(start + i, queues.size()));
            int most = reservation.reserve(queue, budget);
            if (most > 0) {
                call.take(queue, most);
                asked++;
            }
        }
        if (asked == 0) {
            reservation.releaseRest();
            budget = 0;
        }
        return asked == queues.size();
    }

    boolean isEmpty() {
        return call.isEmpty();
    }

    /** Most entries that this turn takes. */
    int budget() {
        return budget;
    }

    List<Finished> items() {
        return items;
    }

    List<ReadEntry> begins() {
        return begins;
    }

    CompletableFuture<Turn> send(ScriptRunner scripts) {
        return call.send(scripts, budget);
    }

    /** The slots of what was begun are its own now; the rest is given back. */
    void settle(Turn turn) {
        begins.forEach(entry -> reservation.addEntry(entry.queue()));
        turn.begun().forEach(one -> reservation.use(one.queue()));
        reservation.releaseRest();
    }

    /** Nothing came: what was reserved for takes is given back; read entries keep their slots. */
    void abandon() {
        reservation.releaseRest();
    }
}
