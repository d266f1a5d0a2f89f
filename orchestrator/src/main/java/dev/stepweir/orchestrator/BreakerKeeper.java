package dev.stepweir.orchestrator;

import dev.stepweir.breaker.Breaker;
import dev.stepweir.breaker.BreakerReads;
import dev.stepweir.duty.Duty;
import dev.stepweir.duty.Tick;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.redis.script.ReleaseStep;
import dev.stepweir.redis.script.TurnBreaker;
import dev.stepweir.redis.script.TurnBreaker.Event;
import dev.stepweir.redis.script.TurnBreaker.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets parked steps go on: one as a probe when a breaker has been open for long enough, growing
 * waves of them when the dependency answers again, always those that were ready first. Any number
 * of orchestrators may do it; the breaker says whose turn it is.
 */
final class BreakerKeeper implements Duty {

    private static final Logger LOG = LoggerFactory.getLogger(BreakerKeeper.class);
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration BUSY = Duration.ofMillis(50);

    /** While no breaker has anything to say, one look in so many is for parked steps. */
    private static final int LOOKS = 10;

    /** How long a probe may be silent: as long as a lease. */
    private static final Duration PROBE_SILENCE = Duration.ofSeconds(25);

    /** What nobody had to do with for so long is forgotten. */
    private static final Duration FORGOTTEN_AFTER = Duration.ofHours(24);

    private static final Duration WAVE = Duration.ofMillis(200);
    private static final int LARGEST_WAVE = 12;
    private static final int PAGE = 500;

    /** A step that fails by itself must not be the only one to be tried. */
    private static final int PROBE_CANDIDATES = 10;

    /** How long one is searched for; well within the silence of a probe. */
    private static final Duration LONGEST_SEARCH = Duration.ofSeconds(5);

    private final Redis redis;
    private final Namespace namespace;
    private final String id;
    private final ParkedSteps parked;
    private int idleLooks;

    BreakerKeeper(Redis redis, Namespace namespace, String id, ParkedSteps parked) {
        this.redis = redis;
        this.namespace = namespace;
        this.id = id;
        this.parked = parked;
    }

    @Override
    public String name() {
        return "breakers";
    }

    @Override
    public Tick runOnce() {
        Map<String, Breaker> breakers =
                RedisFutures.join(BreakerReads.all(redis, namespace.keys(0)));
        if (breakers.isEmpty() && idleLooks % LOOKS != 0) {
            idleLooks++;
            return Tick.after(IDLE);
        }
        Map<String, List<Keys>> places = places();
        idleLooks = breakers.isEmpty() && places.isEmpty() ? 1 : 0;
        if (idleLooks > 0) {
            return Tick.after(IDLE);
        }
        long now = RedisTime.millis(redis);
        boolean releasing = false;
        Set<String> all = new TreeSet<>(breakers.keySet());
        all.addAll(places.keySet());
        for (String dependency : all) {
            List<Keys> where = places.getOrDefault(dependency, List.of());
            Breaker breaker = breakers.getOrDefault(dependency, Breaker.closed(dependency));
            tend(breaker, where, now);
            releasing |= !where.isEmpty() && breaker.state().releases();
        }
        return Tick.after(releasing ? BUSY : IDLE);
    }

    /** In which partitions each dependency has parked steps. */
    private Map<String, List<Keys>> places() {
        Map<Keys, CompletableFuture<Set<byte[]>>> replies = new LinkedHashMap<>();
        for (Keys keys : namespace.all()) {
            byte[] names = Bytes.of(keys.parkedDependencies());
            replies.put(keys, redis.commands().smembers(names).toCompletableFuture());
        }
        Map<String, List<Keys>> places = new TreeMap<>();
        replies.forEach((keys, reply) ->
                RedisFutures.join(reply)
                        .forEach(name ->
                                places.computeIfAbsent(Bytes.text(name), n -> new ArrayList<>())
                                        .add(keys)));
        return places;
    }

    private void tend(Breaker breaker, List<Keys> where, long now) {
        String dependency = breaker.dependency();
        switch (breaker.state()) {
            case CLOSED -> {
                parked.release(dependency, parked.oldest(dependency, where, PAGE), 0);
                expire(breaker, now);
            }
            case OPEN -> {
                if (where.isEmpty()) {
                    expire(breaker, now);
                } else if (now >= breaker.retryAtMillis()) {
                    probe(breaker, where);
                }
            }
            case HALF_OPEN -> {
                if (now >= breaker.probeUntilMillis()) {
                    turn(breaker, Event.LAPSE_PROBE, Duration.ZERO, "the probe fell silent");
                }
            }
            case RAMPING -> ramp(breaker, where, now);
            case FORCED_OPEN -> {}
        }
    }

    private void expire(Breaker breaker, long now) {
        if (breaker.sinceMillis() > 0
                && now - breaker.sinceMillis() >= FORGOTTEN_AFTER.toMillis()) {
            turn(breaker, Event.EXPIRE, FORGOTTEN_AFTER, "");
        }
    }

    /** Lets one step through; another one each time, among those that were ready first. */
    private void probe(Breaker breaker, List<Keys> where) {
        List<ParkedSteps.Parked> candidates =
                new ArrayList<>(parked.oldest(breaker.dependency(), where, PROBE_CANDIDATES));
        if (candidates.isEmpty()
                || turn(breaker, Event.ADMIT_PROBE, PROBE_SILENCE, "") != Outcome.CHANGED) {
            return;
        }
        Breaker halfOpen =
                RedisFutures.join(BreakerReads.all(redis, namespace.keys(0)))
                        .get(breaker.dependency());
        if (halfOpen == null || halfOpen.epoch() <= breaker.epoch()) {
            return;
        }
        Collections.rotate(candidates, -breaker.probes());
        Set<ParkedSteps.Parked> tried = new HashSet<>();
        long end = System.nanoTime() + LONGEST_SEARCH.toNanos();
        // The oldest may all be of runs that have ended: those leave the list by being tried.
        while (tried.addAll(candidates) && System.nanoTime() - end < 0) {
            for (ParkedSteps.Parked one : candidates) {
                if (parked.release(breaker.dependency(), List.of(one), halfOpen.epoch())
                        .contains(ReleaseStep.Outcome.PUBLISHED)) {
                    LOG.info("breaker {}: {} is the probe", breaker.dependency(), one.member());
                    return;
                }
            }
            candidates =
                    new ArrayList<>(parked.oldest(breaker.dependency(), where, PROBE_CANDIDATES));
            candidates.removeIf(tried::contains);
        }
        turn(halfOpen, Event.GIVE_UP_PROBE, Duration.ZERO, "the probe was not to be had");
    }

    private void ramp(Breaker breaker, List<Keys> where, long now) {
        if (where.isEmpty()) {
            turn(breaker, Event.DRAINED, Duration.ZERO, "");
            return;
        }
        int wave = breaker.wave();
        if (now < breaker.sinceMillis() + wave * WAVE.toMillis()) {
            return;
        }
        int size = 1 << Math.min(wave, LARGEST_WAVE);
        List<ParkedSteps.Parked> oldest = parked.oldest(breaker.dependency(), where, size);
        if (turn(breaker, Event.WAVE, Duration.ZERO, "") != Outcome.CHANGED) {
            return;
        }
        parked.release(breaker.dependency(), oldest, breaker.epoch());
        if (oldest.size() < size) {
            // Under steady load something is always parked: what came meanwhile goes when closed.
            turn(breaker, Event.DRAINED, Duration.ZERO, "");
        }
    }

    private Outcome turn(Breaker breaker, Event event, Duration time, String why) {
        return new TurnBreaker(
                        namespace.keys(0),
                        breaker.dependency(),
                        event,
                        breaker.epoch(),
                        breaker.wave(),
                        time,
                        id,
                        why)
                .run(redis.scripts());
    }
}
