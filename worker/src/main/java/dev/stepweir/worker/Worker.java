package dev.stepweir.worker;

import dev.stepweir.failure.ErrorHandlingResult;
import dev.stepweir.failure.FailureClassifier;
import dev.stepweir.failure.StandardClassifier;
import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.StepHandler;
import dev.stepweir.json.Json;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.LeaseTerms;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import dev.stepweir.redis.script.ForgetConsumer;
import dev.stepweir.redis.script.RegisterWorker;
import io.lettuce.core.RedisException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Executes steps. Started by {@link #builder()}, ended by {@link #close()}, which takes nothing
 * more, waits for what is in hand and hands the rest back at no charge. Any number may run, in any
 * number of processes; they find their work through Redis alone.
 */
public final class Worker implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Worker.class);

    private static final Duration SILENT_FROM_NOW_ON = Duration.ofMillis(-1);

    private final String id = "w" + UUID.randomUUID().toString().replace("-", "").substring(0, 8);
    private final WorkerConfig config;
    private final Redis redis;
    private final boolean ownsRedis;
    private final Namespace namespace;
    private final Gates gates;
    private final LaneContext context;
    private final SoloWork soloWork;
    private final PausedQueues paused;
    private final Heartbeats heartbeats;
    private final Cancellations cancellations;
    private final ScheduledThreadPoolExecutor scheduler;
    private final List<AutoCloseable> connections = new ArrayList<>();
    private final long startedMillis;
    private volatile boolean closed;

    private Worker(Builder builder, Redis redis, boolean ownsRedis) {
        this.config = builder.config;
        this.redis = redis;
        this.ownsRedis = ownsRedis;
        this.namespace = Namespace.open(redis, builder.namespace);
        this.startedMillis = Clock.systemUTC().millis();
        this.scheduler =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon(true).name("stepweir-timeouts").factory());
        scheduler.setRemoveOnCancelPolicy(true);
        Map<String, Handlers.Registered<?>> handlers = builder.handlers.byName();
        this.gates = new Gates(redis, namespace.keys(0));
        this.context =
                new LaneContext(
                        redis,
                        namespace,
                        id,
                        gates,
                        handlers,
                        new Slots(config.concurrency(), handlers),
                        new Plans(redis),
                        new FailurePolicy(RandomGenerator.getDefault(), builder.classifier),
                        builder.onFailure,
                        Clock.systemUTC(),
                        scheduler,
                        config);
        namespace.all().forEach(this::addLane);
        this.soloWork = new SoloWork(redis, context, RandomGenerator.getDefault());
        this.paused = new PausedQueues(redis, namespace.keys(0), context);
        this.heartbeats =
                new Heartbeats(
                        redis, context, soloWork, paused, this::description, config.heartbeat());
        this.cancellations = new Cancellations(redis, context, paused);
    }

    public static Builder builder() {
        return new Builder();
    }

    private void addLane(Keys keys) {
        Partition partition = new Partition(keys, id);
        LaneConnection connection = new LaneConnection(redis.openConnection(), partition);
        BlockingReader reader =
                new BlockingReader(redis.openConnection(), partition, context.handlers().keySet());
        connections.add(connection);
        connections.add(reader);
        context.add(new Lane(context, partition, connection, reader));
    }

    private void start() {
        LeaseTerms.checkWorker(redis, namespace, config.heartbeat());
        register();
        for (Lane lane : context.lanes()) {
            RedisFutures.join(context.ensureGroups(lane.partition()));
        }
        RedisFutures.join(paused.read());
        heartbeats.beat();
        heartbeats.start();
        context.lanes().forEach(Lane::turn);
        soloWork.start();
        log.info(
                "worker {} serves {} in namespace {} ({} at once)",
                id,
                context.handlers().keySet(),
                namespace.name(),
                config.concurrency());
    }

    private void register() {
        var unused = redis.retrying(() -> description().run(redis.scripts()));
    }

    private RegisterWorker description() {
        Set<String> handlers = context.handlers().keySet();
        Map<String, Object> record =
                Map.of(
                        "id",
                        id,
                        "host",
                        hostName(),
                        "pid",
                        ProcessHandle.current().pid(),
                        "concurrency",
                        config.concurrency(),
                        "handlers",
                        List.copyOf(handlers),
                        "started_ms",
                        startedMillis,
                        LeaseTerms.HEARTBEAT_FIELD,
                        config.heartbeat().toMillis(),
                        "draining",
                        closed);
        return new RegisterWorker(
                namespace.keys(0), id, Json.write(record), startedMillis, handlers);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    /** Unique for ever, also over restarts on one host. */
    public String id() {
        return id;
    }

    /** Steps in hand: executing, or not yet known to be committed. */
    public int inHand() {
        return context.lanes().stream().mapToInt(lane -> lane.inHand().size()).sum();
    }

    /**
     * The queues that operators hold up, as far as this worker has heard: it does not read them.
     */
    public Set<String> pausedQueues() {
        return context.slots().paused();
    }

    /**
     * Stops: takes nothing more, waits up to the drain limit for what is in hand, hands back what
     * is left at no charge, and leaves. Heartbeats go on until the end.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        context.lanes().forEach(Lane::stopTaking);
        try {
            var unused = description().runAsync(redis.scripts());
            soloWork.stop();
            if (!drain()) {
                handBackTheRest();
            }
            heartbeats.stop();
            deregister();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RedisException e) {
            log.warn(
                    "worker {} leaves without word, Redis is out of reach: {}", id, e.getMessage());
        }
        scheduler.shutdownNow();
        cancellations.close();
        gates.close();
        connections.forEach(Worker::closeQuietly);
        if (ownsRedis) {
            redis.close();
        }
        log.info("worker {} has ended", id);
    }

    /** Waits for what is in hand, at most the drain limit; returns whether all is reported. */
    private boolean drain() throws InterruptedException {
        long end = System.nanoTime() + config.drain().toNanos();
        boolean drained = true;
        for (Lane lane : context.lanes()) {
            long left = Math.max(0, end - System.nanoTime());
            drained &= lane.awaitReported(Duration.ofNanos(left));
        }
        return drained;
    }

    private void handBackTheRest() {
        List<CompletableFuture<?>> handedBack = new ArrayList<>();
        for (Lane lane : context.lanes()) {
            for (Execution execution : lane.inHand()) {
                if (execution.abandon()) {
                    handedBack.add(context.handBack().execution(execution));
                    lane.forget(execution);
                }
            }
        }
        handedBack.forEach(RedisFutures::join);
    }

    private void deregister() {
        namespace.all().forEach(this::leave);
        RedisFutures.join(
                redis.commands().hdel(Bytes.of(namespace.keys(0).workerRecords()), Bytes.of(id)));
    }

    /** Its consumers go with it; where one still holds something, a reaper sees to it later. */
    private void leave(Keys keys) {
        Set<String> queues = new TreeSet<>(context.handlers().keySet());
        queues.addAll(soloWork.queues());
        boolean holding = false;
        for (String queue : queues) {
            ForgetConsumer forget =
                    new ForgetConsumer(
                            keys, keys.queue(queue), Keys.WORKER_GROUP, id, SILENT_FROM_NOW_ON);
            holding |= forget.run(redis.scripts()) == ForgetConsumer.Outcome.HOLDING;
        }
        if (!holding) {
            RedisFutures.join(redis.commands().zrem(Bytes.of(keys.workerBeats()), Bytes.of(id)));
        }
    }

    private static void closeQuietly(AutoCloseable connection) {
        try {
            connection.close();
        } catch (Exception e) {
            log.debug("closing a connection failed", e);
        }
    }

    /** What a worker is made from. Not safe for several threads. */
    public static final class Builder {

        private String address = "redis://localhost:6379";
        private String namespace = Namespace.DEFAULT_NAME;
        private WorkerConfig config = WorkerConfig.DEFAULT;
        private Handlers handlers = new Handlers();
        private FailureClassifier classifier = new StandardClassifier();
        private Consumer<ErrorHandlingResult> onFailure = result -> {};

        private Builder() {}

        /** Where Redis is: {@code redis://}, {@code rediss://} or {@code redis-sentinel://}. */
        public Builder redis(String uri) {
            this.address = uri;
            return this;
        }

        public Builder namespace(String name) {
            this.namespace = name;
            return this;
        }

        /** Steps executed at once; 100 if not said. */
        public Builder concurrency(int steps) {
            this.config = config.withConcurrency(steps);
            return this;
        }

        public Builder config(WorkerConfig whole) {
            this.config = whole;
            return this;
        }

        /** Handlers in place of those said so far. */
        public Builder handlers(Handlers all) {
            this.handlers = all;
            return this;
        }

        /** Who says what kind a failure is; a {@link StandardClassifier} if not said. */
        public Builder classifier(FailureClassifier own) {
            this.classifier = own;
            return this;
        }

        /**
         * Who is told what was made of each failed attempt, once it is stored. Called on a thread
         * of the worker's connection: it must not block.
         */
        public Builder onFailure(Consumer<ErrorHandlingResult> told) {
            this.onFailure = told;
            return this;
        }

        /** Adds a handler that takes its input as JSON. */
        public Builder handler(String name, StepHandler<JsonNode, ?> handler) {
            handlers.add(name, handler);
            return this;
        }

        /** Adds a handler whose input is read as the given type. */
        public <I> Builder handler(String name, Class<I> inputType, StepHandler<I, ?> handler) {
            handlers.add(name, inputType, handler);
            return this;
        }

        /**
         * Connects and begins to take work.
         *
         * @throws RedisException when Redis does not answer
         * @throws IllegalStateException when there is no handler
         */
        public Worker start() {
            return start(Redis.connect(address, "stepweir-worker"), true);
        }

        /** As {@link #start()}, on a connection that the caller keeps and closes. */
        public Worker start(Redis redis) {
            return start(redis, false);
        }

        private Worker start(Redis redis, boolean owns) {
            if (handlers.byName().isEmpty()) {
                throw new IllegalStateException("a worker needs at least one handler");
            }
            Worker worker = new Worker(this, redis, owns);
            worker.start();
            return worker;
        }
    }
}
