package dev.stepweir.operator.explain;

import dev.stepweir.breaker.Breaker;
import dev.stepweir.breaker.BreakerReads;
import dev.stepweir.operator.Pause;
import dev.stepweir.operator.fleet.Fleet;
import dev.stepweir.operator.fleet.Queues;
import dev.stepweir.operator.fleet.RoleView;
import dev.stepweir.operator.fleet.WorkerView;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.run.RunId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What gates want to know besides the run, read at most once each. For one thread. */
final class Facts {

    private final Redis redis;
    private final Namespace namespace;
    private final Fleet fleet;
    private @Nullable List<WorkerView> workers;
    private @Nullable List<RoleView> roles;
    private @Nullable Map<String, Breaker> breakers;
    private @Nullable Instant now;
    private @Nullable Map<String, Pause> pausedQueues;

    Facts(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
        this.fleet = new Fleet(redis, namespace);
    }

    Redis redis() {
        return redis;
    }

    Keys keys(RunId run) {
        return namespace.keys(run);
    }

    /** By the clock of Redis. */
    Instant now() {
        Instant known = now;
        if (known == null) {
            known = Instant.ofEpochMilli(RedisTime.millis(redis));
            now = known;
        }
        return known;
    }

    List<WorkerView> workers() {
        List<WorkerView> known = workers;
        if (known == null) {
            known = fleet.workers();
            workers = known;
        }
        return known;
    }

    Optional<WorkerView> worker(String id) {
        return workers().stream().filter(worker -> worker.id().equals(id)).findFirst();
    }

    /** Whether a worker says that it has a handler. */
    static boolean has(WorkerView worker, String handler) {
        return worker.record()
                .path("handlers")
                .valueStream()
                .anyMatch(name -> name.asString().equals(handler));
    }

    /** The queues that an operator holds up. */
    Map<String, Pause> pausedQueues() {
        Map<String, Pause> known = pausedQueues;
        if (known == null) {
            known = new Queues(redis, namespace).paused();
            pausedQueues = known;
        }
        return known;
    }

    /** A dependency's circuit breaker. */
    Breaker breaker(String dependency) {
        Map<String, Breaker> known = breakers;
        if (known == null) {
            known = RedisFutures.join(BreakerReads.all(redis, namespace.keys(0)));
            breakers = known;
        }
        return known.getOrDefault(dependency, Breaker.closed(dependency));
    }

    /** Live processes of a role. */
    long alive(String role) {
        List<RoleView> known = roles;
        if (known == null) {
            known = fleet.roles();
            roles = known;
        }
        return known.stream().filter(one -> one.alive() && one.id().startsWith(role + "-")).count();
    }
}
