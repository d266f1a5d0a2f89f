package dev.stepweir.worker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Slots set aside for entries before they are asked for. What was not needed is given back. Used by
 * one thread at a time.
 */
final class Reservation {

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

    /** Sets one slot of both kinds aside; false, and nothing set aside, when either is lacking. */
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

    /** Sets slots aside for an entry each of so many queues, beginning with one; returns which. */
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
