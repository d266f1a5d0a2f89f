package dev.stepweir.worker;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.QueueEntries;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import dev.stepweir.redis.script.HandBackStep;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.state.StepState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Returns steps that this worker holds and will not finish, at no charge: because it stops, because
 * their run has ended, which may have been taken up again, or because it does not have them in hand
 * although they are in its name. A step that cannot be returned now is left to the reaper.
 */
final class HandBack {

    private static final Logger log = LoggerFactory.getLogger(HandBack.class);

    static final String WORKER_STOPS = "worker stops";
    static final String RUN_ENDED = "run ended";
    static final String QUEUE_PAUSED = "queue paused";

    /** A reply was lost, or the worker could not execute or report it. */
    static final String NOT_IN_HAND = "not in hand";

    private final Redis redis;
    private final RunStore runs;
    private final QueueEntries entries;

    HandBack(Redis redis, RunStore runs) {
        this.redis = redis;
        this.runs = runs;
        this.entries = new QueueEntries(redis);
    }

    /** Returns what an execution worked on, saying why. */
    CompletableFuture<?> execution(Execution execution, String why) {
        Assignment work = execution.assignment();
        Map<String, Object> details = details(work.step(), why);
        details.put("worker", execution.workerId());
        details.put("attempt", work.ledgers().attempt());
        details.put("begun", execution.begun());
        return send(
                work.keys(),
                work.step(),
                work.expected(),
                QueueEntry.announcement(work.step().step(), execution.step().dependencies()),
                details);
    }

    /** Returns an entry that was read but not begun. */
    CompletableFuture<Void> entry(Partition partition, ReadEntry read) {
        return entry(partition, read, WORKER_STOPS);
    }

    /**
     * Returns an entry that is in this worker's name, saying why. One that says nothing or is not
     * current any more is dropped, as by a begin: it would come up at every heartbeat.
     */
    CompletableFuture<Void> entry(Partition partition, ReadEntry read, String why) {
        QueueEntry entry;
        try {
            entry = QueueEntry.parse(Bytes.text(read.text()));
        } catch (IllegalArgumentException | IndexOutOfBoundsException garbage) {
            log.warn("queue={} entry={} says nothing, dropped", read.queue(), read.id());
            return entries.dropAsync(partition.keys(), read.queue(), read.id());
        }
        StepAddress step = new StepAddress(entry.run(), entry.step(), read.queue());
        Keys keys = partition.keys();
        return runs.fieldsAsync(keys, entry.run(), List.of(step.field()))
                .thenCompose(fields -> {
                    String stored = fields.getOrDefault(step.field(), "");
                    return isCurrent(stored, read.id())
                            ? send(keys, step, stored, entry.announcement(), details(step, why))
                            : entries.dropAsync(keys, read.queue(), read.id());
                });
    }

    private static boolean isCurrent(String stored, String entryId) {
        if (!stored.startsWith(StepState.READY.name())) {
            return false;
        }
        return StepField.parse(stored).published().entryId().equals(entryId);
    }

    private static Map<String, Object> details(StepAddress step, String why) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("step", step.step());
        details.put("reason", why);
        return details;
    }

    /** Completes well in any case: what was answered has been logged. */
    private CompletableFuture<Void> send(
            Keys keys,
            StepAddress step,
            String expected,
            String announcement,
            Map<String, Object> details) {
        String event = HistoryEvent.record(HistoryEvent.HANDED_BACK, details);
        return new HandBackStep(keys, step, expected, announcement, event)
                .runAsync(redis.scripts())
                .handle((outcome, failure) -> {
                    if (failure == null) {
                        log.info(
                                "handed back ({}): {} run={} step={}",
                                details.get("reason"),
                                outcome,
                                step.run(),
                                step.step());
                    } else if (!redis.outages().speaksFor(failure)) {
                        log.warn(
                                "not handed back, left to the reaper: run={} step={}: {}",
                                step.run(),
                                step.step(),
                                failure.getMessage());
                    }
                    return step;
                })
                .thenAccept(told -> {});
    }
}
