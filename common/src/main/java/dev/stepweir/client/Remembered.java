package dev.stepweir.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that is read again when it is asked for after a while. Thread-safe; one read at a time.
 */
final class Remembered<T> {

    private final long believedNanos;
    private final Supplier<CompletableFuture<T>> read;
    private @Nullable CompletableFuture<T> last;
    private long readAt;

    Remembered(Duration believed, Supplier<CompletableFuture<T>> read) {
        this.believedNanos = believed.toNanos();
        this.read = read;
    }

    /** The value as read last, or the read that is under way. A failure is not remembered. */
    synchronized CompletableFuture<T> get() {
        long now = System.nanoTime();
        CompletableFuture<T> known = last;
        if (known != null && !known.isCompletedExceptionally() && now - readAt < believedNanos) {
            return known;
        }
        CompletableFuture<T> fresh = read.get();
        last = fresh;
        readAt = now;
        return fresh;
    }
}
