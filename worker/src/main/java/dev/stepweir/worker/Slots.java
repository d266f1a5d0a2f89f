package dev.stepweir.worker;

import dev.stepweir.handler.Handlers;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much more may start: the worker's own limit and one per handler. What may be read is reserved
 * first, so that no entry is ever read that cannot start at once.
 */
final class Slots {

    private final AtomicInteger free;
    private final Map<String, AtomicInteger> freeByHandler = new HashMap<>();

    Slots(int concurrency, Map<String, Handlers.Registered<?>> handlers) {
        free = new AtomicInteger(concurrency);
        handlers.forEach(
                (name, handler) -> freeByHandler.put(name, new AtomicInteger(handler.limit())));
    }

    /** Reserves up to {@code most} of the worker's slots; returns how many. */
    int reserve(int most) {
        return reserve(free, most);
    }

    /** Reserves up to {@code most} of a handler's slots; returns how many. */
    int reserve(String handler, int most) {
        return reserve(ofHandler(handler), most);
    }

    void release(int count) {
        free.addAndGet(count);
    }

    void release(String handler, int count) {
        ofHandler(handler).addAndGet(count);
    }

    int free() {
        return free.get();
    }

    private AtomicInteger ofHandler(String handler) {
        AtomicInteger slots = freeByHandler.get(handler);
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
}
