package dev.stepweir.worker;

import dev.stepweir.failure.ErrorHandlingResult;
import dev.stepweir.handler.Handlers;
import dev.stepweir.once.SharedKeys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import dev.stepweir.redis.script.AdvanceSteps.Result;
import dev.stepweir.redis.script.NoteEvent;
import dev.stepweir.redis.script.ScriptRunner;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.StepAddress;
import dev.stepweir.worker.LaneTurn.Finished;
import dev.stepweir.workflow.QueueName;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the lanes of one worker share. Thread-safe. */
final class LaneContext {

    private static final Logger log = LoggerFactory.getLogger(LaneContext.class);

    private final Redis redis;
    private final Map<String, Handlers.Registered<?>> handlers;
    private final Slots slots;
    private final Plans plans;
    private final RunStore runs;
    private final SharedKeys sharedKeys;
    private final HandBack handBack;
    private final FailurePolicy failurePolicy;
    private final Consumer<ErrorHandlingResult> onFailure;
    private final Clock clock;
    private final ScheduledExecutorService scheduler;
    private final WorkerConfig config;
    private final Runnable onSuperseded;
    private final Guard guard;
    private final List<Lane> lanes = new CopyOnWriteArrayList<>();
    private final AtomicInteger strays = new AtomicInteger();

    LaneContext(
            Redis redis,
            Namespace namespace,
            String worker,
            Gates gates,
            Map<String, Handlers.Registered<?>> handlers,
            Slots slots,
            Plans plans,
            FailurePolicy failurePolicy,
            Consumer<ErrorHandlingResult> onFailure,
            Clock clock,
            ScheduledExecutorService scheduler,
            WorkerConfig config,
            Runnable onSuperseded) {
        this.redis = redis;
        this.handlers = handlers;
        this.slots = slots;
        this.plans = plans;
        this.runs = new RunStore(redis);
        this.sharedKeys = new SharedKeys(redis, namespace, runs);
        this.handBack = new HandBack(redis, runs);
        this.failurePolicy = failurePolicy;
        this.onFailure = onFailure;
        this.clock = clock;
        this.scheduler = scheduler;
        this.config = config;
        this.onSuperseded = onSuperseded;
        this.guard = new Guard(redis, worker, gates, this);
    }

    void add(Lane lane) {
        lanes.add(lane);
    }

    Map<String, Handlers.Registered<?>> handlers() {
        return handlers;
    }

    Handlers.Registered<?> handler(String queue) {
        return Objects.requireNonNull(
                handlers.get(QueueName.handler(queue)), "read from a queue without a handler");
    }

    /** How long to wait for what should end or begin by itself: a heartbeat. */
    Duration patience() {
        return config.heartbeat();
    }

    /**
     * Keeps a worker going after an error that none of its loops may end of. One after which the
     * JVM cannot be relied on is told to its owner, who may let it live; anything else is logged.
     */
    void survive(String what, Throwable thrown) {
        try {
            if (thrown instanceof OutOfMemoryError
                    || thrown instanceof InternalError
                    || thrown instanceof UnknownError) {
                config.onFatal().accept((Error) thrown);
            } else {
                log.error(what, thrown);
            }
        } catch (Throwable another) {
            // From whom it was told, or from an exception that cannot even be printed.
            String name = thrown.getClass().getName();
            log.error("{} ({}); telling it failed: {}", what, name, another.getClass().getName());
        }
    }

    /** Handlers that still run although they were given up and their slots are others' now. */
    AtomicInteger strays() {
        return strays;
    }

    Slots slots() {
        return slots;
    }

    /** What stands before the handlers. */
    Guard guard() {
        return guard;
    }

    Plans plans() {
        return plans;
    }

    RunStore runs() {
        return runs;
    }

    SharedKeys sharedKeys() {
        return sharedKeys;
    }

    FailurePolicy failurePolicy() {
        return failurePolicy;
    }

    /** Who is told what was made of a failed attempt. */
    Consumer<ErrorHandlingResult> onFailure() {
        return onFailure;
    }

    Clock clock() {
        return clock;
    }

    /** True for a failure that heals without anybody's help, or that is logged once for all. */
    private boolean explains(Throwable failure) {
        return QueueGroups.isNoGroup(RedisFutures.asRedisException(failure))
                || redis.outages().speaksFor(failure);
    }

    /** Scripts outside of the lanes' turns. */
    ScriptRunner scripts() {
        return redis.scripts();
    }

    /** How many of the free slots one lane may set aside while others may need some. */
    int fairShare() {
        return Math.max(1, Math.ceilDiv(slots.free(), lanes.size()));
    }

    List<Lane> lanes() {
        return lanes;
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

    HandBack handBack() {
        return handBack;
    }

    /** A commit is refused whatever comes with it. */
    void refused(Finished item, Throwable why) {
        StepAddress step = item.execution().assignment().step();
        log.error("commit refused: run={} step={}", step.run(), step.step(), why);
        item.execution().refused(item.commit(), why);
    }

    /** A turn is tried again, and not for a reason that is logged once for all. */
    void turnFailed(Partition partition, Duration delay, Throwable why) {
        if (why instanceof Error) {
            survive("a turn could not be made", why);
        } else if (!explains(why)) {
            log.warn(
                    "turn failed in partition {}, next in {} ms: {}",
                    partition.keys().partition(),
                    delay.toMillis(),
                    why.getMessage());
        }
    }

    /** A commit was answered; a result that came too late is noted. */
    void settled(Finished item, String worker, Result why) {
        if (why == Result.APPLIED || why == Result.ALREADY) {
            return;
        }
        Assignment work = item.execution().assignment();
        noteLate(work, worker, why.name());
        log.info(
                "result dropped: {} run={} step={} dispatch={}",
                why,
                work.step().run(),
                work.step().step(),
                work.dispatch());
    }

    /**
     * Notes in a run's history that a handler returned when its dispatch was over. Nothing else
     * comes of such a result, and nobody waits for the note.
     *
     * @param why what the run or its step said to it
     */
    void noteLate(Assignment work, String worker, String why) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("step", work.step().step());
        details.put("dispatch", work.dispatch().number());
        details.put("worker", worker);
        details.put("why", why);
        String event = HistoryEvent.record(HistoryEvent.LATE_RESULT, details);
        var unused = new NoteEvent(work.keys(), work.step().run(), event).runAsync(scripts());
    }

    /** A read may have been under way when its queue was paused: what it brought goes back. */
    List<ReadEntry> withoutPaused(Partition partition, List<ReadEntry> entries) {
        List<ReadEntry> wanted = new ArrayList<>(entries);
        for (ReadEntry entry : entries) {
            if (slots.isPaused(entry.queue())) {
                wanted.remove(entry);
                var unused = handBack.entry(partition, entry, HandBack.QUEUE_PAUSED);
            }
        }
        return wanted;
    }

    /** Runs something later; not at all (empty) once the worker has ended: the reaper's then. */
    Optional<Future<?>> schedule(Runnable task, Duration delay) {
        // The scheduler keeps what a task throws for somebody who asks, and nobody does.
        Runnable audible =
                () -> {
                    try {
                        task.run();
                    } catch (Throwable bug) {
                        survive("what a worker had put off failed", bug);
                    }
                };
        try {
            return Optional.of(
                    scheduler.schedule(audible, delay.toMillis(), TimeUnit.MILLISECONDS));
        } catch (RejectedExecutionException ended) {
            return Optional.empty();
        }
    }

    /**
     * Runs something on a thread of its own: one that calls what is the user's, or that must not be
     * interrupted. A virtual one would wait for handlers that hog the processors.
     */
    void aside(Runnable task) {
        aside(task, true);
    }

    private static void aside(Runnable task, boolean daemon) {
        try {
            Thread.ofPlatform().daemon(daemon).name("stepweir-aside").start(task);
        } catch (OutOfMemoryError noThread) {
            log.warn("no thread can be started, what needs one is done here", noThread);
            task.run();
        }
    }

    /** As {@link #aside}, and waits for its end, whoever interrupts. */
    void asideUndisturbed(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Runnable told =
                () -> {
                    try {
                        task.run();
                    } finally {
                        done.complete(null);
                    }
                };
        aside(told, false);
        done.join();
    }

    /** As {@link #schedule}, once the groups that are missing are there, or cannot be. */
    void scheduleWithGroups(Partition partition, Runnable task, Duration delay) {
        RedisFutures.onDone(ensureGroups(partition), (created, failure) -> schedule(task, delay));
    }

    /** True once the worker has closed its connections: nothing can be sent any more. */
    boolean hasEnded() {
        return scheduler.isShutdown();
    }

    /** Somebody learned that another worker has taken this one's name. */
    void superseded() {
        onSuperseded.run();
    }

    /** Waits for what is in hand, at most so long; returns whether all is reported. */
    boolean awaitReported(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        boolean reported = true;
        for (Lane lane : lanes) {
            long left = Math.max(0, end - System.nanoTime());
            reported &= lane.awaitReported(Duration.ofNanos(left));
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

    /** Creates the consumer groups that are missing. */
    CompletableFuture<Void> ensureGroups(Partition partition) {
        if (hasEnded()) {
            return CompletableFuture.failedFuture(new IllegalStateException("worker has ended"));
        }
        return QueueGroups.create(redis, partition.keys(), handlers.keySet());
    }
}
