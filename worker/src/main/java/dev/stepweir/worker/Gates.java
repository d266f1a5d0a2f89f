package dev.stepweir.worker;

import dev.stepweir.breaker.Breaker;
import dev.stepweir.breaker.BreakerReads;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this worker knows of the circuit breakers. It is told when one moves and asks four times a
 * second besides; knowledge older than {@link #FRESH} is not acted upon, so that a lost message, a
 * stopped process or a slow Redis cannot let a call start long after its breaker has opened.
 */
final class Gates implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Gates.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration FRESH = Duration.ofMillis(800);

    private final Redis redis;
    private final Keys keys;
    private @Nullable StatefulRedisPubSubConnection<String, String> subscription;
    private boolean closed;

    /** Kept without the monitor: answers come on a connection's thread, which must not wait. */
    private final AtomicReference<View> view =
            new AtomicReference<>(new View(Map.of(), System.nanoTime() - FRESH.toNanos()));

    /** The breakers as they were at a moment between the question and its answer. */
    private record View(Map<String, Breaker> breakers, long askedNanos) {

        boolean isFresh() {
            return System.nanoTime() - askedNanos < FRESH.toNanos();
        }

        View orLater(View seen) {
            return seen.askedNanos - askedNanos >= 0 ? seen : this;
        }
    }

    Gates(Redis redis, Keys keys) {
        this.redis = redis;
        this.keys = keys;
    }

    /**
     * Learns the breakers from now on, if it does not do so already: only a worker that has met a
     * step with a breaker pays for that.
     */
    synchronized void open(Background background) {
        if (subscription != null || closed) {
            return;
        }
        StatefulRedisPubSubConnection<String, String> opened = redis.openSubscription();
        opened.addListener(
                new RedisPubSubAdapter<>() {
                    @Override
                    public void message(String channel, String dependency) {
                        refreshLogged();
                    }
                });
        subscription = opened;
        var unused = opened.async().subscribe(keys.in(0).breakerChannel());
        poll(background);
    }

    /** Asks once, and then again and again for as long as the worker lives. */
    private void poll(Background background) {
        var unused = background.schedule(() -> poll(background), POLL);
        refreshLogged();
    }

    /** Whether what is known may be acted upon. */
    boolean areFresh() {
        return view.get().isFresh();
    }

    /** What is known. A dependency that is not there has a closed breaker. */
    Map<String, Breaker> known() {
        return view.get().breakers;
    }

    /** Asks. */
    CompletableFuture<Map<String, Breaker>> refresh() {
        long asked = System.nanoTime();
        return BreakerReads.all(redis, keys)
                .thenApply(breakers -> {
                    view.accumulateAndGet(new View(Map.copyOf(breakers), asked), View::orLater);
                    return breakers;
                });
    }

    private void refreshLogged() {
        RedisFutures.onDone(
                refresh(),
                (breakers, failure) -> {
                    if (failure != null) {
                        log.debug("breakers cannot be read", failure);
                    }
                });
    }

    @Override
    public void close() {
        StatefulRedisPubSubConnection<String, String> opened;
        synchronized (this) {
            closed = true;
            opened = subscription;
        }
        // Waits for a thread that may be at a message or a reply: nothing is held meanwhile.
        if (opened != null) {
            opened.close();
        }
    }
}
