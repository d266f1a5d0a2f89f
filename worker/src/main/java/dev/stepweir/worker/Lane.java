package dev.stepweir.worker;

import dev.stepweir.duty.Backoff;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.AdvanceSteps.Commit;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import dev.stepweir.redis.script.AdvanceSteps.Turn;
import dev.stepweir.worker.BlockingReader.Wait;
import dev.stepweir.worker.LaneTurn.Finished;
import dev.stepweir.worker.LaneTurn.Outbox;
import dev.stepweir.worker.Slots.Reservation;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A worker's way through one partition. It moves in turns: what finished is committed, what was
 * read is begun, what may start is taken; what finishes while a turn is under way goes into the
 * next. So an idle system has one call per step at the latency of a round trip, and a busy one full
 * batches, without a timer. When the queues are drained a blocking read waits for the next entry,
 * with a slot kept for it.
 *
 * <p>A lane has no thread: whoever finds it at rest, a handler that ended or a reply that came,
 * makes the next turn. A handler that hogs the processor can therefore not keep others' results
 * from being committed.
 */
final class Lane {

    private final LaneContext context;
    private final Partition partition;
    private final LaneConnection connection;
    private final BlockingReader reader;
    private final Backoff backoff = new Backoff();
    private final LoneExecution lone = LoneExecution.onThisMachine();
    private final Set<Execution> inHand = ConcurrentHashMap.newKeySet();
    private final List<String> queues;

    // Guarded by this.
    private final Outbox outbox = new Outbox();
    private final Deque<ReadEntry> read = new ArrayDeque<>();
    private volatile boolean turning;
    private boolean stopping;
    private boolean drained;
    private boolean saturated;
    private boolean resting;
    private volatile boolean resigned;
    private volatile boolean starved;
    private int takes;
    private int waits;

    Lane(
            LaneContext context,
            Partition partition,
            LaneConnection connection,
            BlockingReader reader) {
        this.context = context;
        this.partition = partition;
        this.connection = connection;
        this.reader = reader;
        this.queues = List.copyOf(context.handlers().keySet());
    }

    Partition partition() {
        return partition;
    }

    LaneContext context() {
        return context;
    }

    /** What this lane executes or has not yet got a reply for. */
    Collection<Execution> inHand() {
        return inHand;
    }

    /** Takes an entry of a queue, if there is one, beside all turns. */
    CompletableFuture<List<ReadEntry>> takeOne(String queue) {
        return connection.take(queue, 1);
    }

    /** Makes the next turn if there is reason for one and none is under way. */
    void turn() {
        try {
            LaneTurn next;
            Optional<Wait> wait = Optional.empty();
            synchronized (this) {
                if (turning || context.background().hasEnded()) {
                    return;
                }
                next = prepare();
                turning = !next.isEmpty();
                if (!turning) {
                    wait = prepareToWait();
                    notifyAll();
                }
            }
            // What these bring may be here before they return: nothing is held meanwhile.
            if (next.isEmpty()) {
                wait.ifPresent(this::waitForEntries);
            } else {
                RedisFutures.onDone(next.send(connection), (answers, failure) -> ended(next));
            }
        } catch (Throwable bug) {
            stumbled(bug);
        }
    }

    private void stumbled(Throwable bug) {
        context.background().survive("a lane stumbled over a turn", bug);
        var unused = context.background().schedule(this::turnAfterPause, backoff.next());
    }

    /** However a turn ends, there must be a next one: nothing else keeps a lane going. */
    private void ended(LaneTurn turn) {
        try {
            turn.settleSlots();
            context.lanes().wakeStarved(this);
            if (turn.advanced().isCompletedExceptionally()) {
                recover(turn, turn.advanced().exceptionNow());
            } else {
                done(turn, turn.advanced().resultNow());
            }
        } catch (Throwable bug) {
            turn.items().forEach(item -> inHand.remove(item.execution()));
            stumbled(bug);
        }
    }

    private LaneTurn prepare() {
        while (stopping && !read.isEmpty()) {
            var unused = context.handBack().entry(partition, read.removeFirst());
        }
        LaneTurn next = new LaneTurn(partition, new Reservation(context.slots()), saturated);
        try {
            next.commit(outbox);
            next.begin(read);
            // What is left makes another turn, and that one takes.
            boolean calm = !outbox.isSuspected() && outbox.fits();
            if (calm && !stopping && (!drained || !next.isEmpty())) {
                starved = !next.take(queues, takes, context.fairShare());
                // Only what takes is counted: with few slots lanes alternate, and so the start.
                takes += next.budget() > 0 ? 1 : 0;
            }
        } catch (Throwable unfilled) {
            next.fail(unfilled);
        }
        return next;
    }

    private void done(LaneTurn turn, Turn answer) {
        for (int i = 0; i < turn.items().size(); i++) {
            Finished item = turn.items().get(i);
            inHand.remove(item.execution());
            context.settled(item, partition.consumer(), answer.results().get(i));
        }
        settled(turn.items().size());
        if (answer.begun().size() == 1 && context.lanes().inHand() == 0) {
            lone.begin();
        }
        answer.begun().forEach(this::start);
        bring(turn.read());
        int taken = turn.read().size() + answer.begun().size() - turn.begins().size();
        if (answer.isSuperseded()) {
            stopTaking();
            context.superseded();
        } else if (!answer.problem().isEmpty() || turn.takeFailure().isPresent()) {
            pause(turn.takeFailure().orElseGet(() -> new IllegalStateException(answer.problem())));
            return;
        }
        backoff.succeeded();
        synchronized (this) {
            turning = false;
            if (turn.budget() > 0) {
                drained = taken < turn.budget();
                saturated = !drained && turn.takesMany();
            }
        }
        turn();
        if (!turning) {
            lone.awaitEnd(this::turn);
        }
    }

    /** What was read, and has its slots, is begun by the next turn. */
    synchronized void bring(List<ReadEntry> entries) {
        read.addAll(entries);
    }

    /** The reply was lost or is an error: what was reported is reported again, alone if need be. */
    private void recover(LaneTurn turn, Throwable failure) {
        bring(turn.read());
        RedisException reason = RedisFutures.asRedisException(failure);
        if (Redis.isPassing(reason)) {
            synchronized (this) {
                turn.begins().reversed().forEach(read::addFirst);
                outbox.putBack(turn.items());
            }
        } else if (turn.begins().isEmpty() && turn.items().size() == 1) {
            settled(1);
            context.refused(turn.items().getFirst(), reason);
        } else {
            // Either may be why: a heartbeat hands entries back, free; commits go one by one.
            turn.begins().forEach(entry -> context.slots().releaseEntry(entry.queue()));
            synchronized (this) {
                outbox.putBackSuspected(turn.items());
            }
            context.lanes().wakeStarved(this);
        }
        pause(failure);
    }

    private synchronized void settled(int items) {
        outbox.settled(items);
    }

    /** Ends a turn that failed, after a while; the lane counts as turning meanwhile. */
    private void pause(Throwable why) {
        Duration delay = backoff.next();
        if (backoff.isWorthALine() || why instanceof Error) {
            context.turnFailed(partition, delay, why);
        }
        synchronized (this) {
            drained = false;
            saturated = false;
            if (stopping && outbox.isEmpty() && read.isEmpty() && inHand.isEmpty()) {
                turning = false;
                return;
            }
        }
        context.scheduleWithGroups(partition, this::turnAfterPause, delay);
    }

    private void turnAfterPause() {
        synchronized (this) {
            turning = false;
        }
        turn();
    }

    /** One that cannot be started keeps no other from it, nor a slot. */
    private void start(Begun begun) {
        try {
            Assignment assignment = Assignment.of(partition.keys(), begun);
            context.plans()
                    .of(
                            assignment,
                            plan -> execute(assignment, plan),
                            () -> slotFreed(begun.queue()));
        } catch (Throwable bug) {
            unstarted(begun.queue(), bug);
        }
    }

    /** Unknown here, it goes back with the next heartbeat, free. */
    private void unstarted(String queue, Throwable why) {
        context.background().survive("a step could not be started", why);
        slotFreed(queue);
    }

    private void execute(Assignment assignment, Plan plan) {
        String queue = assignment.step().queue();
        try {
            Execution execution = new Execution(assignment, plan, this);
            inHand.add(execution);
            // Asked after it is listed: whoever gives up the rest sees it there, or this does.
            if (resigned) {
                forget(execution);
                var unused = context.handBack().execution(execution, HandBack.WORKER_STOPS);
                slotFreed(queue);
            } else {
                execution.start();
            }
        } catch (Throwable bug) {
            unstarted(queue, bug);
        }
    }

    /** An execution returned: its commit goes with the next turn. */
    synchronized void succeeded(Execution execution, Commit commit) {
        outbox.add(new Finished(execution, commit));
    }

    /** A handler's thread ended; called after its report. */
    void slotFreed(String queue) {
        context.slots().releaseEntry(queue);
        context.lanes().wakeStarved(this);
        lone.end(this::turn);
    }

    /** Whether it found too few slots free. */
    boolean isStarved() {
        return starved;
    }

    /** Goes on if it found too few slots free before; some have been given back. */
    void turnIfStarved() {
        if (starved) {
            starved = false;
            turn();
        }
    }

    /** With the lane at rest: a blocking read is kept under way while slots are free. */
    private Optional<Wait> prepareToWait() {
        if (stopping || resting || reader.isReading()) {
            return Optional.empty();
        }
        Wait wait = Wait.reserve(context.slots(), queues, waits++, context.fairShare());
        starved = !wait.all();
        if (wait.queues().isEmpty()) {
            return Optional.empty();
        }
        reader.claim();
        return Optional.of(wait);
    }

    private void waitForEntries(Wait wait) {
        reader.read(
                wait.queues(),
                wait.all() && !context.lanes().starveBeside(this),
                (entries, problem) -> arrived(wait, entries, problem));
    }

    /** A blocking read came back. */
    private void arrived(Wait wait, List<ReadEntry> entries, Optional<Throwable> problem) {
        synchronized (this) {
            // Before others are woken: they may wake this one while Redis rejects every read.
            drained = entries.isEmpty() && wait.all();
            resting = problem.isPresent();
        }
        try {
            List<ReadEntry> wanted = context.withoutPaused(partition, entries);
            wanted.forEach(entry -> wait.reservation().use(entry.queue()));
            bring(wanted);
        } catch (Throwable bug) {
            context.background().survive("a lane stumbled over what it had read", bug);
        }
        wait.reservation().releaseRest();
        context.lanes().wakeStarved(this);
        if (problem.isPresent() && !resigned) {
            Duration delay = backoff.next();
            context.readFailed(partition, delay, problem.get());
            context.scheduleWithGroups(partition, this::readAgain, delay);
        }
        turn();
    }

    private void readAgain() {
        synchronized (this) {
            resting = false;
            drained = false;
        }
        turn();
    }

    /** Nothing more is to be reported of an execution. */
    synchronized void forget(Execution execution) {
        inHand.remove(execution);
        notifyAll();
    }

    /** From now on nothing is taken; what is in hand goes on. */
    synchronized void stopTaking() {
        stopping = true;
    }

    /** From now on nothing is waited for or started: what still arrives is handed back. */
    void resign() {
        resigned = true;
        reader.close();
    }

    /** With nothing taken any more: waits for all reports, at most until then; whether all came. */
    synchronized boolean awaitReported(long endNanos) throws InterruptedException {
        while (turning || reader.isReading() || !outbox.isEmpty() || !inHand.isEmpty()) {
            long left = endNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            reader.endWait();
            wait(Math.min(1 + left / 1_000_000, 50));
        }
        return true;
    }

    /** Closes its connections. */
    void close() {
        reader.close();
        connection.close();
    }
}
