package dev.stepweir.worker;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import dev.stepweir.redis.script.Heartbeat;
import dev.stepweir.redis.script.Heartbeat.Answer;
import dev.stepweir.redis.script.Heartbeat.Lease;
import dev.stepweir.redis.script.RegisterWorker;
import dev.stepweir.workflow.QueueName;
import io.lettuce.core.Consumer;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.XPendingArgs;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a worker's record and its leases alive, on a platform thread of its own so that no handler
 * can starve it. A lease that is lost, or whose run has closed, ends the execution. What is pending
 * in this worker's name for longer than a beat without being known here came with a reply that was
 * lost: it is handed back.
 */
final class Heartbeats implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);
    private static final int LEASES_PER_CALL = 100;
    private static final Duration LAST_BEAT = Duration.ofSeconds(10);

    private final Redis redis;
    private final LaneContext context;
    private final SoloWork soloWork;
    private final PausedQueues paused;
    private final Registration registration;
    private final Duration period;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;

    Heartbeats(
            Redis redis,
            LaneContext context,
            SoloWork soloWork,
            PausedQueues paused,
            Registration registration,
            Duration period) {
        this.paused = paused;
        this.registration = registration;
        this.redis = redis;
        this.context = context;
        this.soloWork = soloWork;
        this.period = period;
        this.thread = Thread.ofPlatform().name("stepweir-heartbeats").daemon(true).unstarted(this);
    }

    void start() {
        thread.start();
    }

    void stop() throws InterruptedException {
        end();
        // It may be this very thread that brings the worker to its end.
        if (!Thread.currentThread().equals(thread)) {
            thread.join(LAST_BEAT);
        }
    }

    /** As {@link #stop()}, without waiting for it. */
    void end() {
        stop.countDown();
    }

    @Override
    public void run() {
        try {
            long millis = TimeUnit.MILLISECONDS.convert(period);
            while (!stop.await(millis, TimeUnit.MILLISECONDS)) {
                try {
                    beat();
                } catch (RuntimeException | Error e) {
                    context.background().survive("a heartbeat failed", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One beat in every partition. No lease waits for anything else. */
    void beat() {
        List<Lane> renewed = new ArrayList<>();
        for (Lane lane : context.lanes()) {
            inPartition(
                    lane,
                    () -> {
                        renew(lane);
                        renewed.add(lane);
                    });
        }
        inPartition(context.lanes().first(), this::renewWorker);
        renewed.forEach(lane -> inPartition(lane, () -> handBackUnknown(lane)));
    }

    private void inPartition(Lane lane, Runnable work) {
        try {
            if (stop.getCount() > 0) {
                work.run();
            }
        } catch (RedisException e) {
            if (QueueGroups.isNoGroup(e)) {
                var unused = context.ensureGroups(lane.partition());
            } else if (!redis.outages().speaksFor(e)) {
                log.warn(
                        "heartbeat failed in partition {}: {}",
                        lane.partition().keys().partition(),
                        e.getMessage());
            }
        } catch (Throwable e) {
            // What ends while the last beat is made is nobody's failure.
            if (stop.getCount() > 0) {
                context.background().survive("a heartbeat failed", e);
            }
        }
    }

    private void renewWorker() {
        paused.refresh();
        if (RedisFutures.join(registration.renew()) == RegisterWorker.Outcome.SUPERSEDED) {
            context.superseded();
        }
    }

    private void renew(Lane lane) {
        List<Execution> held = List.copyOf(lane.inHand());
        int first = 0;
        do {
            int end = Math.min(first + LEASES_PER_CALL, held.size());
            List<Execution> some = held.subList(first, end);
            List<Lease> leases = some.stream().map(Heartbeats::lease).toList();
            Partition partition = lane.partition();
            List<Answer> answers =
                    RedisFutures.join(
                            new Heartbeat(partition.keys(), partition.consumer(), leases)
                                    .runAsync(redis.scripts()));
            if (answers.contains(Answer.SUPERSEDED)) {
                context.superseded();
                return;
            }
            for (int i = 0; i < some.size(); i++) {
                if (answers.get(i) != Answer.HELD && lane.inHand().contains(some.get(i))) {
                    giveUp(lane, some.get(i), answers.get(i));
                }
            }
            first = end;
        } while (first < held.size());
    }

    // What was committed since it was listed answers LOST as well: abandoning it changes nothing.
    private static void giveUp(Lane lane, Execution execution, Answer answer) {
        if (answer == Answer.RUN_CLOSED) {
            var unused = execution.giveUp(HandBack.RUN_ENDED);
        } else if (execution.abandon()) {
            log.info(
                    "execution given up: {} run={} step={} dispatch={}",
                    answer,
                    execution.assignment().step().run(),
                    execution.assignment().step().step(),
                    execution.assignment().dispatch());
            lane.forget(execution);
        }
    }

    private static Lease lease(Execution execution) {
        Assignment work = execution.assignment();
        return new Lease(
                work.step(), work.expected(), work.dispatch().entryId(), execution.begun());
    }

    /**
     * Hands back whatever is in the name of a worker that has ended. What is in its hand as well:
     * it will not be reported, or it has been, and then its dispatch is over.
     */
    void handBackAll() {
        // A read whose connection was closed is over on the server before this is answered.
        RedisFutures.join(redis.commands().ping());
        for (Lane lane : context.lanes()) {
            handBack(lane, Duration.ZERO, Integer.MAX_VALUE, HandBack.WORKER_STOPS, one -> true);
        }
    }

    private void handBackUnknown(Lane lane) {
        handBack(
                lane,
                period,
                LEASES_PER_CALL,
                HandBack.NOT_IN_HAND,
                entry -> !isInHand(lane, entry));
    }

    /** All are under way before the first is waited for: there may be many. */
    private void handBack(
            Lane lane, Duration idle, int most, String why, Predicate<ReadEntry> wanted) {
        for (String queue : queues()) {
            List<CompletableFuture<?>> handedBack = new ArrayList<>();
            try {
                for (String entryId : pending(lane, queue, idle, most)) {
                    handedBack.add(handBack(lane, queue, entryId, why, wanted));
                }
            } catch (RedisException e) {
                leave(queue, e);
            }
            handedBack.forEach(RedisFutures::join);
        }
    }

    private CompletableFuture<Void> handBack(
            Lane lane, String queue, String entryId, String why, Predicate<ReadEntry> wanted) {
        return read(lane, queue, entryId)
                .thenCompose(found ->
                        found.filter(wanted).isPresent()
                                ? context.handBack().entry(lane.partition(), found.get(), why)
                                : CompletableFuture.completedFuture(null))
                .handle((done, failure) -> {
                    if (failure != null) {
                        leave(queue + " " + entryId, RedisFutures.asRedisException(failure));
                    }
                    return entryId;
                })
                .thenAccept(told -> {});
    }

    /** What cannot be read or is no stream keeps nothing else from going back. */
    private static void leave(String what, RedisException why) {
        if (!Redis.concernsWhatWasAsked(why) || QueueGroups.isNoGroup(why)) {
            throw why;
        }
        log.warn("queue {} is left as it is: {}", what, why.getMessage());
    }

    private Set<String> queues() {
        Set<String> queues = new HashSet<>(context.handlers().keySet());
        queues.addAll(soloWork.queues());
        return queues;
    }

    private static boolean isInHand(Lane lane, ReadEntry entry) {
        return lane.inHand().stream()
                .map(Execution::assignment)
                .anyMatch(work ->
                        work.step().queue().equals(entry.queue())
                                && work.dispatch().entryId().equals(entry.id()));
    }

    /** The ids of entries in this worker's name that nobody has touched for so long. */
    private List<String> pending(Lane lane, String queue, Duration idle, int most) {
        Partition partition = lane.partition();
        XPendingArgs<byte[]> mine =
                new XPendingArgs<byte[]>()
                        .consumer(
                                Consumer.from(
                                        Bytes.of(Keys.WORKER_GROUP),
                                        Bytes.of(partition.consumer())))
                        .range(Range.unbounded())
                        .limit(Limit.from(most))
                        .idle(idle);
        try {
            return RedisFutures.join(redis.commands().xpending(partition.queueKey(queue), mine))
                    .stream()
                    .map(PendingMessage::getId)
                    .toList();
        } catch (RedisCommandExecutionException e) {
            // A queue for suspects is only where there has been one.
            if (QueueName.isSolo(queue) && QueueGroups.isNoGroup(e)) {
                return List.of();
            }
            throw e;
        }
    }

    private CompletableFuture<Optional<ReadEntry>> read(Lane lane, String queue, String entryId) {
        return redis.commands()
                .xrange(lane.partition().queueKey(queue), Range.create(entryId, entryId))
                .toCompletableFuture()
                .thenApply(found ->
                        found.stream().map(message -> ReadEntry.of(queue, message)).findFirst());
    }
}
