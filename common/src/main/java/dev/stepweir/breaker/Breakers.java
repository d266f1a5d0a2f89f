package dev.stepweir.breaker;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.TurnBreaker;
import dev.stepweir.redis.script.TurnBreaker.Event;
import dev.stepweir.workflow.BreakerPolicy;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** The circuit breakers of a namespace, for operators and for who explains. Thread-safe. */
public final class Breakers {

    private final Redis redis;
    private final Namespace namespace;

    /** Over a connection that the caller keeps and closes. */
    public Breakers(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
    }

    /** Those that have counted a failure, are not closed, or hold steps back; by dependency. */
    public List<BreakerView> list() {
        return redis.retrying(() -> {
            Map<String, Breaker> breakers =
                    new TreeMap<>(RedisFutures.join(BreakerReads.all(redis, namespace.keys(0))));
            for (Keys keys : namespace.all()) {
                RedisFutures.join(redis.commands().smembers(Bytes.of(keys.parkedDependencies())))
                        .forEach(name ->
                                breakers.computeIfAbsent(Bytes.text(name), Breaker::closed));
            }
            return breakers.values().stream().map(this::view).toList();
        });
    }

    /** One of them: what {@code dependency} has is known even if nothing is stored. */
    public BreakerView show(String dependency) {
        return redis.retrying(() -> {
            Breaker stored =
                    RedisFutures.join(BreakerReads.all(redis, namespace.keys(0))).get(dependency);
            return view(stored == null ? Breaker.closed(dependency) : stored);
        });
    }

    /** Whether anything is kept of one: it counted a failure, is not closed, or holds steps. */
    public boolean keeps(String dependency) {
        return list().stream().anyMatch(one -> one.breaker().dependency().equals(dependency));
    }

    private BreakerView view(Breaker breaker) {
        List<CompletableFuture<Long>> counts =
                namespace.all().stream()
                        .map(keys -> Bytes.of(keys.parked(breaker.dependency())))
                        .map(key -> redis.commands().zcard(key).toCompletableFuture())
                        .toList();
        return new BreakerView(breaker, counts.stream().mapToLong(RedisFutures::join).sum());
    }

    /** Stops all calls until it is closed or reset. */
    public TurnBreaker.Outcome open(String dependency, String by, String reason) {
        return turn(dependency, Event.FORCE_OPEN, by, reason);
    }

    /** The dependency is well: what is parked goes on in growing waves. */
    public TurnBreaker.Outcome close(String dependency, String by, String reason) {
        return turn(dependency, Event.CLOSE, by, reason);
    }

    /** Forgets everything: what is parked goes on at once. */
    public TurnBreaker.Outcome reset(String dependency, String by, String reason) {
        return turn(dependency, Event.RESET, by, reason);
    }

    private TurnBreaker.Outcome turn(String dependency, Event event, String by, String reason) {
        TurnBreaker turn =
                new TurnBreaker(
                        namespace.keys(0),
                        dependency,
                        event,
                        0,
                        0,
                        BreakerPolicy.DEFAULT_OPEN_FOR,
                        by,
                        reason);
        return redis.retrying(() -> turn.run(redis.scripts()));
    }
}
