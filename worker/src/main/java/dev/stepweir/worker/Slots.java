package dev.stepweir.worker;

import dev.stepweir.handler.Handlers;
import dev.stepweir.workflow.QueueName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much more may start: the worker's own limit and one per handler. What may be read is reserved
 * first, so that no entry is ever read that cannot start at once.
 */
final class Slots {

    private final int concurrency;
    private final AtomicInteger free;
    private final Map<String, AtomicInteger> freeByHandler = new HashMap<>();
    private volatile boolean closed;
    private volatile Set<String> paused = Set.of();

    Slots(int concurrency, Map<String, Handlers.Registered<?>> handlers) {
        this.concurrency = concurrency;
        free = new AtomicInteger(concurrency);
        handlers.forEach(
                (name, handler) -> freeByHandler.put(name, new AtomicInteger(handler.limit())));
    }

    /** Reserves up to {@code most} of the worker's slots; returns how many. */
    int reserve(int most) {
        return closed ? 0 : reserve(free, most);
    }

    /** Lets nobody reserve any more of the worker's slots, until {@link #open()}. */
    void close() {
        closed = true;
    }

    void open() {
        closed = false;
    }

    /** Takes every slot of the worker if so many are free as there are not taken by the caller. */
    boolean takeAll(int alreadyTaken) {
        return free.compareAndSet(concurrency - alreadyTaken, 0);
    }

    int concurrency() {
        return concurrency;
    }

    /** Lets nobody reserve slots of these handlers, only of these. */
    void pause(Set<String> handlers) {
        paused = Set.copyOf(handlers);
    }

    Set<String> paused() {
        return paused;
    }

    /** Whether entries of a queue are not to be read. */
    boolean isPaused(String queue) {
        Set<String> now = paused;
        return !now.isEmpty() && now.contains(QueueName.handler(queue));
    }

    /** How many of these queues are to be read. */
    int readable(List<String> queues) {
        return paused.isEmpty()
                ? queues.size()
                : (int) queues.stream().filter(queue -> !isPaused(queue)).count();
    }

    /** Reserves up to {@code most} of a handler's slots; returns how many. */
    int reserve(String handler, int most) {
        return isPaused(handler) ? 0 : reserve(ofHandler(handler), most);
    }

    void release(int count) {
        free.addAndGet(count);
    }

    void release(String handler, int count) {
        ofHandler(handler).addAndGet(count);
    }

    /** What an entry of a queue had. */
    void releaseEntry(String queue) {
        release(queue, 1);
        release(1);
    }

    int free() {
        return free.get();
    }

    private AtomicInteger ofHandler(String handler) {
        AtomicInteger slots = freeByHandler.get(handler);
        if (slots == null) {
            slots = freeByHandler.get(QueueName.handler(handler));
        }
        if (slots == null) {
            throw new IllegalArgumentException("no handler '" + handler + "' is registered here");
        }
        return slots;
    }

    private static int reserve(AtomicInteger slots, int most) {
        while (true) {
            int now = slots.get();
            int taken = Math.min(now, most);
            if (taken <= 0) {
                return 0;
            }
            if (slots.compareAndSet(now, now - taken)) {
                return taken;
            }
        }
    }

    /**
     * Slots set aside for entries before they are asked for. What was not needed is given back.
     * Used by one thread at a time.
     */
    static final class Reservation {

        private final Slots slots;
        private final Map<String, Integer> ofHandlers = new HashMap<>();
        private int ofWorker;

        Reservation(Slots slots) {
            this.slots = slots;
        }

        /** How many of these queues slots can be set aside for: all but the paused ones. */
        int readable(List<String> queues) {
            return slots.readable(queues);
        }

        /** Sets up to {@code most} of the worker's slots aside; returns how many there are now. */
        int reserve(int most) {
            ofWorker += slots.reserve(most);
            return ofWorker;
        }

        /** Sets up to {@code most} of a handler's slots aside; returns how many. */
        int reserve(String handler, int most) {
            int reserved = slots.reserve(handler, most);
            if (reserved > 0) {
                ofHandlers.merge(handler, reserved, Integer::sum);
            }
            return reserved;
        }

        /**
         * Sets one slot of both kinds aside; false, and nothing set aside, when either is lacking.
         */
        private boolean reserveEntry(String handler) {
            if (slots.reserve(1) == 0) {
                return false;
            }
            if (slots.reserve(handler, 1) == 0) {
                slots.release(1);
                return false;
            }
            addEntry(handler);
            return true;
        }

        /**
         * Sets slots aside for an entry each of so many queues, beginning with one; returns which.
         */
        List<String> reserveEntries(List<String> queues, int start, int most) {
            List<String> reserved = new ArrayList<>();
            for (int i = 0; i < queues.size() && reserved.size() < most; i++) {
                String queue = queues.get(Math.floorMod(start + i, queues.size()));
                if (reserveEntry(queue)) {
                    reserved.add(queue);
                }
            }
            return reserved;
        }

        /** Takes over the slots of an entry that was read before. */
        void addEntry(String handler) {
            ofWorker++;
            ofHandlers.merge(handler, 1, Integer::sum);
        }

        /** An entry came: its slots are its own from now on. */
        void use(String handler) {
            ofWorker--;
            ofHandlers.merge(handler, -1, Integer::sum);
        }

        /** Gives back whatever no entry came for. */
        void releaseRest() {
            ofHandlers.forEach(slots::release);
            slots.release(ofWorker);
            ofHandlers.clear();
            ofWorker = 0;
        }
    }
}
