package dev.stepweir.worker;

import dev.stepweir.json.Json;
import dev.stepweir.operator.fleet.RoleBeat;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.LeaseTerms;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.ForgetConsumer;
import dev.stepweir.redis.script.RegisterWorker;
import dev.stepweir.redis.script.TakeName;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the namespace is told of a worker, from its start to its end. Thread-safe. */
final class Registration {

    private static final Logger log = LoggerFactory.getLogger(Registration.class);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Duration SILENT_FROM_NOW_ON = Duration.ofMillis(-1);

    private final Redis redis;
    private final Namespace namespace;
    private final Identity identity;
    private final WorkerConfig config;
    private final Set<String> handlers;
    private final long startedMillis;
    private volatile boolean draining;

    /**
     * Who a worker is: nobody else ever has this id in the namespace.
     *
     * @param name what it shares with those before and after it, if it has one
     * @param epoch which start under this name it is, from 1 on; 0 without a name
     */
    record Identity(String id, Optional<String> name, long epoch) {

        /** A new one. From here on whoever had the name before is superseded. */
        static Identity draw(Redis redis, Namespace namespace, Optional<String> name) {
            if (name.isEmpty()) {
                String random = UUID.randomUUID().toString().replace("-", "");
                return new Identity("w" + random.substring(0, 8), name, 0);
            }
            TakeName draw = TakeName.drawing(namespace.keys(0), name.get());
            long epoch = redis.retrying(() -> RedisFutures.join(draw.runAsync(redis.scripts())));
            return new Identity(name.get() + "#" + epoch, name, epoch);
        }
    }

    Registration(
            Redis redis,
            Namespace namespace,
            Identity identity,
            WorkerConfig config,
            Set<String> handlers,
            long startedMillis) {
        this.redis = redis;
        this.namespace = namespace;
        this.identity = identity;
        this.config = config;
        this.handlers = handlers;
        this.startedMillis = startedMillis;
    }

    /** The name, if a worker may have it. */
    static String checkedName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a worker's name must be 1 to 64 of A-Z a-z 0-9 . _ -, found '" + name + "'");
        }
        return name;
    }

    /** Whether another may take its place. */
    private boolean isNamed() {
        return identity.name().isPresent();
    }

    /**
     * Makes the worker known, before it takes anything.
     *
     * @throws SupersededException if another has started under its name meanwhile
     */
    void enter() {
        identity.name().ifPresent(name -> namespace.all().forEach(keys -> take(keys, name)));
        if (redis.retrying(() -> RedisFutures.join(renew())) == RegisterWorker.Outcome.SUPERSEDED) {
            throw new SupersededException(identity.id());
        }
    }

    private void take(Keys keys, String name) {
        TakeName take = new TakeName(keys, name, identity.epoch());
        if (redis.retrying(() -> RedisFutures.join(take.runAsync(redis.scripts())))
                > identity.epoch()) {
            throw new SupersededException(identity.id());
        }
    }

    /** Says again who it is. */
    CompletableFuture<RegisterWorker.Outcome> renew() {
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("id", identity.id());
        if (isNamed()) {
            record.put("epoch", identity.epoch());
        }
        record.put("host", RoleBeat.host());
        record.put("pid", ProcessHandle.current().pid());
        record.put("concurrency", config.concurrency());
        record.put("handlers", List.copyOf(handlers));
        record.put("started_ms", startedMillis);
        record.put(LeaseTerms.HEARTBEAT_FIELD, TimeUnit.MILLISECONDS.convert(config.heartbeat()));
        record.put("draining", draining);
        return new RegisterWorker(
                        namespace.keys(0),
                        identity.id(),
                        Json.write(record),
                        startedMillis,
                        handlers)
                .runAsync(redis.scripts());
    }

    /** Says that the worker takes nothing more; nobody waits for the answer. */
    void drain() {
        draining = true;
        var unused = renew();
    }

    /**
     * Makes the worker forgotten.
     *
     * @param queues what it read
     */
    void leave(Set<String> queues) {
        namespace.all().forEach(keys -> leave(keys, queues));
        RedisFutures.join(
                redis.commands()
                        .hdel(
                                Bytes.of(namespace.keys(0).workerRecords()),
                                Bytes.of(identity.id())));
    }

    /** Makes a worker forgotten that took nothing; where Redis is away, a reaper does it later. */
    void withdraw() {
        try {
            leave(Set.of());
        } catch (RedisException e) {
            log.debug("worker {} cannot be forgotten", identity.id(), e);
        }
    }

    /** Its consumers go with it; where one still holds something, a reaper sees to it later. */
    private void leave(Keys keys, Set<String> queues) {
        boolean holding = false;
        for (String queue : queues) {
            ForgetConsumer forget =
                    new ForgetConsumer(
                            keys,
                            keys.queue(queue),
                            Keys.WORKER_GROUP,
                            identity.id(),
                            SILENT_FROM_NOW_ON);
            holding |= forget.run(redis.scripts()) == ForgetConsumer.Outcome.HOLDING;
        }
        if (!holding) {
            RedisFutures.join(
                    redis.commands().zrem(Bytes.of(keys.workerBeats()), Bytes.of(identity.id())));
        }
    }
}
