package dev.stepweir.worker;

import dev.stepweir.failure.ErrorHandlingResult;
import dev.stepweir.failure.FailureClassifier;
import dev.stepweir.failure.StandardClassifier;
import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.StepHandler;
import dev.stepweir.redis.BlockingConnection;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.LeaseTerms;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import dev.stepweir.worker.Registration.Identity;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
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

    /** How long the last reports of a worker may take that was superseded: blocking reads end. */
    private static final Duration LAST_REPORTS = Duration.ofSeconds(2);

    /** How long the replies may take to what was sent before the rest was given up. */
    private static final Duration LAST_REPLIES = Duration.ofSeconds(1);

    private final String id;
    private final Registration registration;
    private final WorkerConfig config;
    private final Namespace namespace;
    private final LaneContext context;
    private final SoloWork soloWork;
    private final PausedQueues paused;
    private final Heartbeats heartbeats;
    private final Cancellations cancellations;
    private final Optional<Redis> ownedRedis;
    private final Runnable onSuperseded;
    private final AtomicBoolean superseded = new AtomicBoolean();
    private boolean closed;

    /**
     * @param opened what the caller closes if there is no worker in the end
     */
    private Worker(
            Builder builder, Redis redis, boolean ownsRedis, Collection<AutoCloseable> opened) {
        this.config = builder.config;
        this.namespace = Namespace.open(redis, builder.namespace);
        this.ownedRedis = ownsRedis ? Optional.of(redis) : Optional.empty();
        this.onSuperseded = builder.onSuperseded;
        LeaseTerms.checkWorker(redis, namespace, config.heartbeat());
        // What is added to the builder's handlers later has no slots here.
        Map<String, Handlers.Registered<?>> handlers = new TreeMap<>(builder.handlers.byName());
        Deque<StatefulRedisConnection<byte[], byte[]>> turns = new ArrayDeque<>();
        Deque<BlockingConnection> reads = new ArrayDeque<>();
        for (int i = 0; i < namespace.partitions(); i++) {
            turns.add(redis.openConnection());
            opened.add(turns.getLast());
            reads.add(BlockingConnection.open(redis));
            opened.add(reads.getLast());
        }
        StatefulRedisPubSubConnection<String, String> subscription = redis.openSubscription();
        opened.add(subscription);
        // Whoever has the name loses it here: nothing that can be checked before may fail after it.
        Identity identity = Identity.draw(redis, namespace, builder.name);
        this.id = identity.id();
        this.registration =
                new Registration(
                        redis,
                        namespace,
                        identity,
                        config,
                        handlers.keySet(),
                        Clock.systemUTC().millis());
        this.context =
                new LaneContext(
                        redis,
                        namespace,
                        id,
                        handlers,
                        config,
                        new FailurePolicy(RandomGenerator.getDefault(), builder.classifier),
                        builder.onFailure,
                        Clock.systemUTC(),
                        Background.start(config.onFatal()),
                        this::superseded);
        for (Keys keys : namespace.all()) {
            context.openLane(new Partition(keys, id), turns.remove(), reads.remove());
        }
        this.soloWork = new SoloWork(redis, context, RandomGenerator.getDefault());
        this.paused = new PausedQueues(redis, namespace.keys(0), context);
        this.heartbeats =
                new Heartbeats(redis, context, soloWork, paused, registration, config.heartbeat());
        this.cancellations = new Cancellations(subscription, context, paused);
        // The lanes' and others' now, which close them.
        opened.clear();
    }

    public static Builder builder() {
        return new Builder();
    }

    private synchronized void start() {
        registration.enter();
        cancellations.start();
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

    /** Unique for ever in its namespace, also over restarts on one host or under one name. */
    public String id() {
        return id;
    }

    /** Steps in hand: executing, or not yet known to be committed. */
    public int inHand() {
        return context.lanes().inHand();
    }

    /**
     * The queues that operators hold up, as far as this worker has heard: it does not read them.
     */
    public Set<String> pausedQueues() {
        return context.slots().paused();
    }

    /**
     * Stops: takes nothing more, waits up to the drain limit for what is in hand, hands back what
     * is left at no charge, and leaves. Heartbeats go on until the end. When the caller is
     * interrupted nothing is waited for but Redis.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        context.lanes().stopTaking();
        boolean interrupted = false;
        try {
            try {
                interrupted = !finish();
            } finally {
                context.background().asideUndisturbed(this::leave);
            }
        } finally {
            release();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        log.info("worker {} has ended", id);
    }

    /** Waits for what is in hand; false if the caller was interrupted. */
    private boolean finish() {
        try {
            soloWork.stop();
            registration.drain();
            var unused =
                    context.lanes().awaitReported(superseded.get() ? LAST_REPORTS : config.drain());
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Hands back the rest, and what still arrives although nobody waited for it. */
    private void leave() {
        try {
            soloWork.stop();
            context.lanes().handBackTheRest();
            var unused = context.lanes().awaitReported(LAST_REPLIES);
            heartbeats.stop();
            heartbeats.handBackAll();
            Set<String> queues = new TreeSet<>(context.handlers().keySet());
            queues.addAll(soloWork.queues());
            registration.leave(queues);
        } catch (RedisException | IllegalStateException e) {
            log.warn(
                    "worker {} leaves without word, Redis is out of reach: {}", id, e.getMessage());
        } catch (InterruptedException | RuntimeException bug) {
            log.error("worker {} leaves without word", id, bug);
        }
    }

    private void release() {
        soloWork.end();
        heartbeats.end();
        context.background().end();
        closeQuietly(cancellations);
        closeQuietly(context);
        ownedRedis.ifPresent(Worker::closeQuietly);
    }

    /**
     * Another worker has taken its name. Whatever learns of it says so, and must not wait for the
     * end, which waits for it.
     */
    private void superseded() {
        if (superseded.compareAndSet(false, true)) {
            log.error(
                    "worker {} is over: another one has started under its name. If both are meant"
                            + " to run, give them different names",
                    id);
            Thread.ofPlatform().name("stepweir-superseded").start(this::giveUp);
        }
    }

    private void giveUp() {
        try {
            // Also when it is being closed: nothing that it executes will count.
            context.lanes().stopTaking();
            context.lanes().handBackTheRest();
        } finally {
            close();
            onSuperseded.run();
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
        private Optional<String> name = Optional.empty();
        private Runnable onSuperseded = () -> {};

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

        /**
         * Names the place at which the worker starts, as a host. The last to start under a name is
         * the worker: one that lives is superseded, nothing that it reports counts any more, and it
         * ends. The id is then {@code <name>#<epoch>}. Without a name it is a random one.
         *
         * @throws IllegalArgumentException unless it has 1 to 64 of A-Z a-z 0-9 . _ -
         */
        public Builder name(String place) {
            this.name = Optional.of(Registration.checkedName(place));
            return this;
        }

        /**
         * Who is told that another has started under the worker's name, once this one has handed
         * back what it held and has closed. Called on a thread of its own.
         */
        public Builder onSuperseded(Runnable told) {
            this.onSuperseded = told;
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
         * @throws SupersededException when another started under its name meanwhile
         */
        public Worker start() {
            Redis redis = Redis.connect(address, "stepweir-worker");
            try {
                return start(redis, true);
            } catch (RuntimeException refused) {
                redis.close();
                throw refused;
            }
        }

        /** As {@link #start()}, on a connection that the caller keeps and closes. */
        public Worker start(Redis redis) {
            return start(redis, false);
        }

        private Worker start(Redis redis, boolean owns) {
            if (handlers.byName().isEmpty()) {
                throw new IllegalStateException("a worker needs at least one handler");
            }
            List<AutoCloseable> opened = new ArrayList<>();
            Worker worker;
            try {
                worker = new Worker(this, redis, owns, opened);
            } catch (RuntimeException refused) {
                opened.forEach(Worker::closeQuietly);
                throw refused;
            }
            try {
                worker.start();
            } catch (RuntimeException failed) {
                worker.registration.withdraw();
                worker.release();
                throw failed;
            }
            return worker;
        }
    }
}
