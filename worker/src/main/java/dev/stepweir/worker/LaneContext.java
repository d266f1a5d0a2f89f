package dev.stepweir.worker;

import dev.stepweir.failure.ErrorHandlingResult;
import dev.stepweir.handler.Handlers;
import dev.stepweir.once.SharedKeys;
import dev.stepweir.redis.BlockingConnection;
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
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the lanes of one worker share. Thread-safe. */
final class LaneContext implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LaneContext.class);

    private final Redis redis;
    private final Map<String, Handlers.Registered<?>> handlers;
    private final Slots slots;
    private final Plans plans;
    private final RunStore runs;
    private final SharedKeys sharedKeys;
    private final HandBack handBack;
    private final FailureReports failures;
    private final Guard guard;
    private final Clock clock;
    private final Background background;
    private final Duration patience;
    private final Runnable onSuperseded;
    private final Lanes lanes = new Lanes();
    private final AtomicInteger strays = new AtomicInteger();

    LaneContext(
            Redis redis,
            Namespace namespace,
            String worker,
            Map<String, Handlers.Registered<?>> handlers,
            WorkerConfig config,
            FailurePolicy failurePolicy,
            Consumer<ErrorHandlingResult> onFailure,
            Clock clock,
            Background background,
            Runnable onSuperseded) {
        this.redis = redis;
        this.handlers = handlers;
        this.slots = new Slots(config.concurrency(), handlers);
        this.plans = new Plans(redis);
        this.runs = new RunStore(redis);
        this.sharedKeys = new SharedKeys(redis, namespace, runs);
        this.handBack = new HandBack(redis, runs);
        this.failures = new FailureReports(this, failurePolicy, onFailure);
        this.guard = new Guard(redis, worker, new Gates(redis, namespace.keys(0)), this);
        this.clock = clock;
        this.background = background;
        this.patience = config.heartbeat();
        this.onSuperseded = onSuperseded;
    }

    /** Filled before the first of them makes a turn. */
    Lanes lanes() {
        return lanes;
    }

    /** Adds a lane on two connections, which are closed with it. */
    Lane openLane(
            Partition partition,
            StatefulRedisConnection<byte[], byte[]> turns,
            BlockingConnection reads) {
        LaneConnection connection = new LaneConnection(turns, partition);
        BlockingReader reader = new BlockingReader(reads, partition, handlers.keySet());
        Lane lane = new Lane(this, partition, connection, reader);
        lanes.add(lane);
        return lane;
    }

    /** What is done later or aside. */
    Background background() {
        return background;
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
        return patience;
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

    /** Who reports failed attempts. */
    FailureReports failures() {
        return failures;
    }

    /** How many of the free slots one lane may set aside. */
    int fairShare() {
        return lanes.shareOf(slots.free());
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
            background.survive("a turn could not be made", why);
        } else if (!explains(why)) {
            log.warn(
                    "turn failed in partition {}, next in {} ms: {}",
                    partition.keys().partition(),
                    delay.toMillis(),
                    why.getMessage());
        }
    }

    /** A blocking read is tried again. The next turn says why if it lasts. */
    void readFailed(Partition partition, Duration delay, Throwable why) {
        log.debug(
                "blocking read failed in partition {}, next in {} ms",
                partition.keys().partition(),
                delay.toMillis(),
                why);
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

    /** Runs something later, once the groups that are missing are there, or cannot be. */
    void scheduleWithGroups(Partition partition, Runnable task, Duration delay) {
        RedisFutures.onDone(
                ensureGroups(partition), (created, failure) -> background.schedule(task, delay));
    }

    /** Somebody learned that another worker has taken this one's name. */
    void superseded() {
        onSuperseded.run();
    }

    /** Creates the consumer groups that are missing. */
    CompletableFuture<Void> ensureGroups(Partition partition) {
        if (background.hasEnded()) {
            return CompletableFuture.failedFuture(new IllegalStateException("worker has ended"));
        }
        return QueueGroups.create(redis, partition.keys(), handlers.keySet());
    }

    /** Closes the lanes' connections, and what else was opened for them. */
    @Override
    public void close() {
        guard.close();
        lanes.close();
    }
}
