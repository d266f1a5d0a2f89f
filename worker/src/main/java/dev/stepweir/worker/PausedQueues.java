package dev.stepweir.worker;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this worker from reading queues that an operator holds up. Asked for when the worker is
 * told that there is a change, and with every heartbeat besides; a lane sees a handler without free
 * slots, so reading pays nothing for it, and reads the others as if there were no more.
 */
final class PausedQueues {

    private static final Logger log = LoggerFactory.getLogger(PausedQueues.class);

    private final Redis redis;
    private final LaneContext context;
    private final byte[] key;

    /**
     * Over the worker's connection.
     *
     * @param keys of any partition of the namespace
     */
    PausedQueues(Redis redis, Keys keys, LaneContext context) {
        this.redis = redis;
        this.context = context;
        this.key = Bytes.of(keys.in(0).pausedQueues());
    }

    /** Asks, and does not wait for the answer. */
    void refresh() {
        RedisFutures.onDone(
                read(),
                (names, failure) -> {
                    if (failure != null) {
                        log.debug("paused queues cannot be read", failure);
                    }
                });
    }

    /** Asks; what is known is changed when the answer is complete. */
    CompletableFuture<Set<String>> read() {
        return redis.commands()
                .hkeys(key)
                .toCompletableFuture()
                .thenApply(names -> {
                    Set<String> paused =
                            names.stream().map(Bytes::text).collect(Collectors.toSet());
                    boolean resumed = !paused.containsAll(context.slots().paused());
                    context.slots().pause(paused);
                    // A lane without a readable queue waits for nothing else.
                    context.lanes().forEach(resumed ? Lane::turn : Lane::turnIfStarved);
                    return paused;
                });
    }
}
