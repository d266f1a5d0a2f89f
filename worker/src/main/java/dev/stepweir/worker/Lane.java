package dev.stepweir.worker;

import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.AdvanceSteps.Commit;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import dev.stepweir.redis.script.AdvanceSteps.Turn;
import dev.stepweir.redis.script.FailStep;
import dev.stepweir.redis.script.FailStep.Decision;
import dev.stepweir.redis.script.ScriptRunner;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.StepError;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's way through one partition. It moves in turns: one call commits what has finished,
 * begins what was read and takes what may start; what finishes while the call is under way goes into
 * the next. So an idle system has one call per step at the latency of a round trip, and a busy one
 * full batches, without a timer. When the queues are drained a blocking read waits for the next
 * entry, with a slot kept for it.
 *
 * <p>A lane has no thread: whoever finds it at rest, a handler that ended or a reply that came,
 * makes the next turn. A handler that hogs the processor can therefore not keep others' results from
 * being committed.
 */
final class Lane {

    private static final Logger log = LoggerFactory.getLogger(Lane.class);
    private static final int MAX_WRITES = 500;

    private final LaneContext context;
    private final Partition partition;
    private final ScriptRunner scripts;
    private final BlockingReader reader;
    private final Backoff backoff = new Backoff();
    private final Set<Execution> inHand = ConcurrentHashMap.newKeySet();
    private final List<String> queues;

    // Guarded by this.
    private final Deque<Finished> outbox = new ArrayDeque<>();
    private final Deque<ReadEntry> read = new ArrayDeque<>();
    private boolean turning;
    private boolean stopping;
    private boolean drained;
    private boolean resting;
    private volatile boolean starved;
    private int mostItems = AdvanceSteps.MAX_ITEMS;
    private int failuresUnderWay;
    private int rotation;

    /** A finished execution that waits for its commit. */
    private record Finished(Execution execution, Commit commit) {}

    /** An entry that a blocking read brought; its slots are reserved. */
    record ReadEntry(String queue, String id, byte[] text) {}

    /** A call under way, and what must be undone if it fails. */
    private record Sent(
            AdvanceSteps call,
            List<Finished> items,
            List<ReadEntry> begins,
            Map<String, Integer> reserved,
            int budget) {}

    Lane(LaneContext context, Partition partition, ScriptRunner scripts, BlockingReader reader) {
        this.context = context;
        this.partition = partition;
        this.scripts = scripts;
        this.reader = reader;
        this.queues = List.copyOf(context.handlers().keySet());
    }

    String workerId() {
        return partition.consumer();
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

    /** Makes the next turn if there is reason for one and none is under way. */
    void turn() {
        Sent sent;
        synchronized (this) {
            if (turning) {
                return;
            }
            sent = prepare();
            if (sent.call().isEmpty()) {
                waitForEntries();
                notifyAll();
                return;
            }
            turning = true;
        }
        RedisFutures.onDone(
                sent.call().send(scripts, sent.budget()),
                (turn, failure) -> {
                    if (turn != null) {
                        done(sent, turn);
                    } else {
                        recover(sent, Objects.requireNonNull(failure));
                    }
                });
    }

    private Sent prepare() {
        AdvanceSteps call = new AdvanceSteps(partition);
        List<Finished> items = new ArrayList<>();
        int writes = 0;
        int bytes = 0;
        while (!outbox.isEmpty() && items.size() < mostItems) {
            Commit next = outbox.getFirst().commit();
            writes += next.writes();
            bytes += next.size();
            if (!items.isEmpty() && (writes > MAX_WRITES || bytes > AdvanceSteps.MAX_BYTES)) {
                break;
            }
            call.commit(next);
            items.add(outbox.removeFirst());
        }
        List<ReadEntry> begins = new ArrayList<>();
        if (stopping) {
            while (!read.isEmpty()) {
                var unused = context.handBack().entry(partition, read.removeFirst());
            }
        }
        while (!read.isEmpty() && begins.size() < AdvanceSteps.MAX_ITEMS) {
            ReadEntry entry = read.removeFirst();
            call.begin(entry.queue(), entry.id(), entry.text());
            begins.add(entry);
        }
        Map<String, Integer> reserved = new ConcurrentHashMap<>();
        int budget = 0;
        if (!stopping && (!drained || !items.isEmpty() || !begins.isEmpty())) {
            budget = reserveTakes(call, reserved);
        }
        return new Sent(call, items, begins, reserved, budget);
    }

    /** Reserves a slot for each entry that may be taken; queues come first in turn. */
    private int reserveTakes(AdvanceSteps call, Map<String, Integer> reserved) {
        int budget = context.slots().reserve(AdvanceSteps.MAX_ITEMS);
        starved = budget == 0;
        int start = rotation++;
        for (int i = 0; i < queues.size() && budget > 0; i++) {
            String queue = queues.get(Math.floorMod(start + i, queues.size()));
            int most = context.slots().reserve(queue, budget);
            if (most > 0) {
                call.take(queue, most);
                reserved.put(queue, most);
            } else {
                starved = true;
            }
        }
        if (reserved.isEmpty()) {
            context.slots().release(budget);
            return 0;
        }
        return budget;
    }

    private void done(Sent sent, Turn turn) {
        for (int i = 0; i < sent.items().size(); i++) {
            settle(sent.items().get(i), turn.results().get(i));
        }
        int taken = begin(sent, turn.begun());
        if (!turn.problem().isEmpty()) {
            log.warn("take failed in partition {}: {}", partitionNumber(), turn.problem());
            RedisFutures.onDone(
                    context.ensureGroups(partition),
                    (created, failure) -> turnLater(backoff.next()));
            return;
        }
        backoff.succeeded();
        synchronized (this) {
            turning = false;
            mostItems = AdvanceSteps.MAX_ITEMS;
            if (sent.budget() > 0) {
                drained = taken < sent.budget();
            }
        }
        turn();
    }

    private void settle(Finished item, AdvanceSteps.Result result) {
        inHand.remove(item.execution());
        switch (result) {
            case APPLIED, ALREADY -> {}
            case STALE, RUN_CLOSED, GONE ->
                    log.info(
                            "result dropped: {} run={} step={} dispatch={}",
                            result,
                            item.commit().run(),
                            item.execution().assignment().step().step(),
                            item.execution().assignment().dispatch());
        }
    }

    /** Starts what was begun, gives back the slots of what was not; returns how much was taken. */
    private int begin(Sent sent, List<Begun> begun) {
        int unused = sent.budget() + sent.begins().size() - begun.size();
        for (ReadEntry entry : sent.begins()) {
            sent.reserved().merge(entry.queue(), 1, Integer::sum);
        }
        for (Begun one : begun) {
            sent.reserved().merge(one.queue(), -1, Integer::sum);
        }
        sent.reserved().forEach((queue, count) -> context.slots().release(queue, count));
        context.slots().release(unused);
        begun.forEach(this::start);
        return begun.size();
    }

    private void start(Begun begun) {
        Assignment assignment = Assignment.of(partition.keys(), begun);
        Optional<Plan> known = context.plans().known(assignment.workflowHash());
        if (known.isPresent()) {
            execute(assignment, known.get());
            return;
        }
        RedisFutures.onDone(
                context.plans().find(partition.keys(), assignment.workflowHash()),
                (plan, failure) -> {
                    if (plan != null && plan.isPresent()) {
                        execute(assignment, plan.get());
                    } else {
                        log.error(
                                "no definition {} for run={} step={}: left to the reaper",
                                assignment.workflowHash(),
                                assignment.step().run(),
                                assignment.step().step());
                        slotFreed(assignment.step().queue());
                    }
                });
    }

    private void execute(Assignment assignment, Plan plan) {
        Execution execution =
                new Execution(
                        assignment,
                        plan,
                        context.handler(assignment.step().queue()),
                        this,
                        context.clock().millis());
        inHand.add(execution);
        execution.start();
    }

    /** An execution returned: its commit goes with the next turn. */
    void succeeded(Execution execution, Commit commit) {
        synchronized (this) {
            outbox.addLast(new Finished(execution, commit));
        }
    }

    /** A handler's thread ended; called after its report. */
    void slotFreed(String queue) {
        context.slots().release(queue, 1);
        context.slots().release(1);
        for (Lane other : context.lanes()) {
            if (other != this && other.starved) {
                other.takeAgain();
            }
        }
        turn();
    }

    private void takeAgain() {
        synchronized (this) {
            starved = false;
            drained = false;
        }
        turn();
    }

    /** An execution failed: reports what the failure policy decides. */
    void failed(Execution execution, StepError error) {
        synchronized (this) {
            failuresUnderWay++;
        }
        Assignment work = execution.assignment();
        Ledgers ledgers = work.ledgers().withFailure();
        Decision decision =
                context.failurePolicy()
                        .decide(
                                execution.workflow(),
                                execution.step().definition(),
                                work.step(),
                                work.dispatch(),
                                ledgers,
                                error);
        report(execution, FailureReport.of(execution, ledgers, error, decision));
    }

    private void report(Execution execution, FailStep report) {
        RedisFutures.onDone(
                report.runAsync(scripts),
                (outcome, failure) -> {
                    if (failure != null
                            && Redis.isPassing(RedisFutures.asRedisException(failure))
                            && inHand.contains(execution)) {
                        context.schedule(() -> report(execution, report), backoff.next());
                        return;
                    }
                    inHand.remove(execution);
                    FailureReport.log(report, outcome, failure);
                    synchronized (this) {
                        failuresUnderWay--;
                        notifyAll();
                    }
                });
    }

    /** The reply was lost or is an error: what was reported is reported again, one by one if need be. */
    private void recover(Sent sent, Throwable thrown) {
        RuntimeException failure = RedisFutures.asRedisException(thrown);
        sent.reserved().forEach((queue, count) -> context.slots().release(queue, count));
        context.slots().release(sent.budget());
        boolean passing = Redis.isPassing(failure);
        boolean culpritFound = !passing && sent.items().size() == 1;
        synchronized (this) {
            if (culpritFound) {
                Finished culprit = sent.items().getFirst();
                inHand.remove(culprit.execution());
                log.error(
                        "commit refused, left to the reaper: run={} step={}: {}",
                        culprit.commit().run(),
                        culprit.execution().assignment().step().step(),
                        failure.getMessage());
            } else {
                sent.items().reversed().forEach(outbox::addFirst);
                mostItems = passing ? mostItems : 1;
            }
            sent.begins().reversed().forEach(read::addFirst);
            drained = false;
        }
        Duration delay = backoff.next();
        if (backoff.isWorthALine()) {
            log.warn(
                    "no reply in partition {}, next try in {} ms: {}",
                    partitionNumber(),
                    delay.toMillis(),
                    failure.getMessage());
        }
        turnLater(delay);
    }

    private int partitionNumber() {
        return partition.keys().partition();
    }

    /** Ends a turn that failed, after a pause. */
    private void turnLater(Duration delay) {
        context.schedule(
                () -> {
                    synchronized (this) {
                        turning = false;
                        drained = false;
                    }
                    turn();
                },
                delay);
    }

    /** Called with the lane at rest and drained: keeps a blocking read under way. */
    private void waitForEntries() {
        if (stopping || resting || reader.isReading()) {
            return;
        }
        List<String> reserved = new ArrayList<>();
        int most = Math.max(1, context.slots().free() / context.laneCount());
        int start = rotation++;
        for (int i = 0; i < queues.size() && reserved.size() < most; i++) {
            String queue = queues.get(Math.floorMod(start + i, queues.size()));
            if (context.slots().reserve(queue, 1) == 1) {
                if (context.slots().reserve(1) == 0) {
                    context.slots().release(queue, 1);
                    break;
                }
                reserved.add(queue);
            }
        }
        starved = reserved.size() < queues.size();
        if (!reserved.isEmpty()) {
            reader.read(reserved, reserved.size() == queues.size(), this::arrived);
        }
    }

    /** A blocking read came back; slots of queues that brought nothing are given back. */
    private void arrived(List<String> reserved, List<ReadEntry> entries, Optional<String> problem) {
        List<String> unused = new ArrayList<>(reserved);
        entries.forEach(entry -> unused.remove(entry.queue()));
        unused.forEach(queue -> context.slots().release(queue, 1));
        context.slots().release(unused.size());
        synchronized (this) {
            read.addAll(entries);
            drained = entries.isEmpty() && reserved.size() == queues.size();
            resting = problem.isPresent();
        }
        if (problem.isPresent()) {
            RedisFutures.onDone(
                    context.ensureGroups(partition),
                    (created, failure) -> context.schedule(this::wake, backoff.next()));
        }
        turn();
    }

    private void wake() {
        synchronized (this) {
            resting = false;
            drained = false;
        }
        turn();
    }

    /** Drops an execution whose result does not matter any more. */
    void forget(Execution execution) {
        inHand.remove(execution);
        synchronized (this) {
            notifyAll();
        }
    }

    /** A run was cancelled: its handlers are stopped. */
    void cancelled(String runId) {
        for (Execution execution : inHand) {
            if (execution.assignment().step().run().text().equals(runId) && execution.abandon()) {
                forget(execution);
            }
        }
    }

    /** From now on nothing is taken; what is in hand goes on. */
    synchronized void stopTaking() {
        stopping = true;
    }

    /** Waits until everything is reported, at most so long; returns whether it is. */
    synchronized boolean awaitReported(Duration limit) throws InterruptedException {
        long end = context.clock().millis() + limit.toMillis();
        while (turning
                || reader.isReading()
                || failuresUnderWay > 0
                || !outbox.isEmpty()
                || !inHand.isEmpty()) {
            long left = end - context.clock().millis();
            if (left <= 0) {
                return false;
            }
            wait(Math.min(left, 50));
        }
        return true;
    }
}
