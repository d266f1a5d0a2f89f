package dev.stepweir.worker;

import dev.stepweir.redis.RedisFutures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The lanes of one worker, one for each partition and in the partitions' order. They share the
 * worker's slots, and what they owe each other for that is here. Thread-safe.
 */
final class Lanes implements Iterable<Lane> {

    private final List<Lane> lanes = new CopyOnWriteArrayList<>();

    void add(Lane lane) {
        lanes.add(lane);
    }

    @Override
    public Iterator<Lane> iterator() {
        return lanes.iterator();
    }

    Lane first() {
        return lanes.getFirst();
    }

    int count() {
        return lanes.size();
    }

    /** All of them, in their order but from another one on. */
    List<Lane> startingWith(int index) {
        List<Lane> rotated = new ArrayList<>(lanes);
        Collections.rotate(rotated, -index);
        return rotated;
    }

    /** How many of so many free slots one lane may set aside while others may need some. */
    int shareOf(int slots) {
        return Math.max(1, Math.ceilDiv(slots, lanes.size()));
    }

    /** Whether a lane lacks slots that the asking one may have. */
    boolean starveBeside(Lane asking) {
        return lanes.stream().anyMatch(lane -> lane != asking && lane.isStarved());
    }

    /**
     * Lets lanes go on that found too few slots free, those behind the asking one first: otherwise
     * two neighbours would pass a lone slot to and fro for ever.
     */
    void wakeStarved(Lane asking) {
        int own = lanes.indexOf(asking);
        for (int i = 1; i < lanes.size(); i++) {
            lanes.get((own + i) % lanes.size()).turnIfStarved();
        }
    }

    /** Steps in hand: executing, or not yet known to be committed. */
    int inHand() {
        return lanes.stream().mapToInt(lane -> lane.inHand().size()).sum();
    }

    /** From now on nothing is taken; what is in hand goes on. */
    void stopTaking() {
        lanes.forEach(Lane::stopTaking);
    }

    /** Waits for what is in hand, at most so long; returns whether all is reported. */
    boolean awaitReported(Duration limit) throws InterruptedException {
        // Beyond what a long can tell, the sum is one that only a difference makes sense of.
        long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(limit);
        boolean reported = true;
        for (Lane lane : lanes) {
            reported &= lane.awaitReported(end);
        }
        return reported;
    }

    /** The worker stops and will not finish what it has in hand, nor start anything. */
    void handBackTheRest() {
        lanes.forEach(Lane::resign);
        List<CompletableFuture<?>> handedBack = new ArrayList<>();
        for (Lane lane : lanes) {
            for (Execution execution : lane.inHand()) {
                handedBack.add(execution.giveUp(HandBack.WORKER_STOPS));
            }
        }
        handedBack.forEach(RedisFutures::join);
    }

    /** Closes their connections. */
    void close() {
        lanes.forEach(Lane::close);
    }
}
