package dev.stepweir.duty;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Keeps duties that meet the same trouble in every round from filling a log with it: what was said
 * is said again after a minute. Of more than a thousand complaints within a minute some are said
 * more often. Thread-safe.
 */
public final class Complaints {

    private static final long AGAIN_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int KEPT = 1_000;

    private final LongSupplier nanoTime;
    private final Map<String, Long> saidNanos = new LinkedHashMap<>();

    public Complaints() {
        this(System::nanoTime);
    }

    Complaints(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether a complaint is to be said; it counts as said then. */
    public synchronized boolean isDue(String complaint) {
        long now = nanoTime.getAsLong();
        Long said = saidNanos.get(complaint);
        if (said != null && now - said < AGAIN_NANOS) {
            return false;
        }
        // Taken out first, so that it stands behind those said before.
        saidNanos.remove(complaint);
        saidNanos.put(complaint, now);
        if (saidNanos.size() > KEPT) {
            saidNanos.remove(saidNanos.keySet().iterator().next());
        }
        return true;
    }
}
