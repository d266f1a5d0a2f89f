package dev.stepweir.worker;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.workflow.QueueName;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes the steps that may be what their workers died of: one at a time, and nothing beside
 * them, so that who dies now has died of that step and no other is blamed. For this it takes all of
 * the worker's slots; so it does when the worker is empty-handed, or when a suspect has waited for
 * long and the worker comes to an end with what it has in hand soon.
 */
final class SoloWork implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(SoloWork.class);

    /** Longer than a blocking read keeps its slot. */
    private static final Duration UNTIL_EMPTY = Duration.ofMillis(1500);

    /** However rare heartbeats are: what is made of it stays countable in nanoseconds. */
    private static final Duration LONGEST_PATIENCE = Duration.ofDays(1);

    private static final Duration LONGEST_LOOK = Duration.ofSeconds(1);
    private static final Duration LAST_LOOK = Duration.ofSeconds(10);
    private static final Duration MOMENT = Duration.ofMillis(5);
    private static final int MOST_DOUBLINGS = 6;

    private final Redis redis;
    private final LaneContext context;
    private final Duration patience;
    private final Duration look;
    private final RandomGenerator random;
    private final Set<String> queues = new ConcurrentSkipListSet<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private long busyUntilNanos;
    private int fruitless;
    private int rotation;
    private boolean complained;

    /** A queue for suspects, and the lane of its partition. */
    record Place(Lane lane, String queue) {}

    SoloWork(Redis redis, LaneContext context, RandomGenerator random) {
        this.redis = redis;
        this.context = context;
        this.patience = shorter(context.patience(), LONGEST_PATIENCE);
        this.look = shorter(patience, LONGEST_LOOK);
        this.random = random;
        // Handlers that hog the processors must not keep it from ending.
        this.thread = Thread.ofPlatform().daemon().name("stepweir-solo").unstarted(this);
        beBusy();
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    void start() {
        thread.start();
    }

    /** Takes nothing more; what it brought is the lanes' to end. */
    void stop() throws InterruptedException {
        end();
        // Not for ever: it may be this very thread that brought the worker to its end.
        thread.join(LAST_LOOK);
    }

    /** As {@link #stop()}, without waiting for it. */
    void end() {
        stop.countDown();
    }

    /** The queues for suspects that were seen. */
    Set<String> queues() {
        return queues;
    }

    @Override
    public void run() {
        try {
            while (!stop.await(look.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    look();
                } catch (RedisException e) {
                    log.debug("queues for suspects could not be read", e);
                } catch (RuntimeException | Error bug) {
                    context.background().survive("looking for suspects failed", bug);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws InterruptedException {
        Optional<Place> place = waiting();
        if (place.isEmpty()) {
            fruitless = 0;
            complained = false;
            beBusy();
            return;
        }
        boolean impatient = System.nanoTime() - busyUntilNanos > 0;
        if (context.strays().get() > 0) {
            complain(place.get());
            return;
        }
        if (!isEmptyHanded() && !impatient) {
            return;
        }
        Slots slots = context.slots();
        slots.close();
        try {
            Duration limit = impatient ? patience.multipliedBy(2) : UNTIL_EMPTY;
            if (awaitAllSlots(0, limit)) {
                fruitless = 0;
                int left = slots.concurrency();
                try {
                    left = executeAlone(place.get());
                } finally {
                    slots.release(left);
                }
            } else {
                fruitless = Math.min(fruitless + 1, MOST_DOUBLINGS);
            }
        } finally {
            beBusy();
            slots.open();
            context.lanes().forEach(Lane::turn);
        }
    }

    /** Said once: nothing but an end of the handler, or of the worker, changes it. */
    private void complain(Place place) {
        if (!complained) {
            complained = true;
            log.warn(
                    "queue={}: no step that is to be executed alone is taken while a handler runs"
                            + " that did not heed its interrupt; restart this worker if it stays",
                    place.queue());
        }
    }

    /** One after the other, for a while; returns how many slots are still taken. */
    int executeAlone(Place first) throws InterruptedException {
        int all = context.slots().concurrency();
        long end = System.nanoTime() + patience.toNanos();
        Optional<Place> next = Optional.of(first);
        while (next.isPresent() && stop.getCount() > 0) {
            Place place = next.get();
            List<ReadEntry> read = RedisFutures.join(place.lane().takeOne(place.queue()));
            if (begins(place, read) && !awaitAllSlots(all - 1, Duration.ofDays(365))) {
                return all - 1;
            }
            boolean goOn = context.strays().get() == 0 && System.nanoTime() - end < 0;
            next = goOn ? waiting() : Optional.empty();
        }
        return all;
    }

    /**
     * False when nothing was read, or the queue was paused meanwhile: what it brought goes back.
     */
    private boolean begins(Place place, List<ReadEntry> read) {
        if (read.isEmpty()) {
            return false;
        }
        if (context.slots().reserve(place.queue(), 1) == 0) {
            var unused = context.withoutPaused(place.lane().partition(), read);
            return false;
        }
        log.info("queue={} entry={} is executed alone", place.queue(), read.getFirst().id());
        place.lane().bring(read);
        place.lane().turn();
        return true;
    }

    /** Waits until nothing is in hand, and has all slots then; false when it takes too long. */
    private boolean awaitAllSlots(int alreadyTaken, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!isEmptyHanded() || !context.slots().takeAll(alreadyTaken)) {
            boolean stopped = stop.await(MOMENT.toMillis(), TimeUnit.MILLISECONDS);
            if (stopped || System.nanoTime() - end > 0) {
                return false;
            }
        }
        return true;
    }

    private boolean isEmptyHanded() {
        return context.lanes().inHand() == 0;
    }

    /** Others wait too, and each a while of its own: they need not all stop for one suspect. */
    private void beBusy() {
        long nanos = patience.toNanos() << fruitless;
        busyUntilNanos = System.nanoTime() + nanos + random.nextLong(nanos);
    }

    private Optional<Place> waiting() {
        for (Lane lane : context.lanes().startingWith(rotation)) {
            rotation = (rotation + 1) % context.lanes().count();
            for (String queue : queuesOf(lane)) {
                if (hasWaiting(lane.partition().keys().queue(queue))) {
                    return Optional.of(new Place(lane, queue));
                }
            }
        }
        return Optional.empty();
    }

    private List<String> queuesOf(Lane lane) {
        byte[] names = Bytes.of(lane.partition().keys().queues());
        List<String> mine = new ArrayList<>();
        for (byte[] each : RedisFutures.join(redis.commands().smembers(names))) {
            String name = Bytes.text(each);
            if (QueueName.isSolo(name)
                    && context.handlers().containsKey(QueueName.handler(name))
                    && !context.slots().isPaused(name)) {
                mine.add(name);
            }
        }
        queues.addAll(mine);
        return mine;
    }

    /** What is done is deleted, so whatever is in a stream and not in hand waits. */
    private boolean hasWaiting(String key) {
        byte[] stream = Bytes.of(key);
        CompletableFuture<Long> entries = redis.commands().xlen(stream).toCompletableFuture();
        CompletableFuture<Long> held =
                redis.commands()
                        .xpending(stream, Bytes.of(Keys.WORKER_GROUP))
                        .toCompletableFuture()
                        .thenApply(pending -> pending.getCount())
                        .exceptionally(noSuchGroup -> Long.MAX_VALUE);
        return RedisFutures.join(entries) > RedisFutures.join(held);
    }
}
