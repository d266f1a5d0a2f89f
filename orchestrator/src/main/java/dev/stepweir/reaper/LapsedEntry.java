package dev.stepweir.reaper;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.QueueEntries;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.script.ReapStep;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about one entry whose lease lapsed. An entry that is not its step's current dispatch is
 * dropped: dispatches only go forward, so it can never become current again. For the rest a script
 * decides, which looks again whether the lease and the worker are still silent.
 */
final class LapsedEntry {

    private static final Logger LOG = LoggerFactory.getLogger(LapsedEntry.class);

    private final Redis redis;
    private final Keys keys;
    private final RunStore runs;
    private final QueueEntries entries;
    private final CrashLetters letters;
    private final ReaperConfig config;

    /**
     * What is known of it.
     *
     * @param expected the step's field
     * @param begun who began an attempt of the step and when, as its first heartbeat wrote it
     */
    private record Lapsed(
            StepAddress step, String worker, long idleMillis, String expected, String begun) {}

    LapsedEntry(Redis redis, Keys keys, ReaperConfig config) {
        this.redis = redis;
        this.keys = keys;
        this.runs = new RunStore(redis);
        this.entries = new QueueEntries(redis);
        this.letters = new CrashLetters(redis, keys);
        this.config = config;
    }

    /** Takes an entry back from who was seen to hold it; false when leases have grace. */
    boolean take(String queue, PendingMessage held) {
        String entryId = held.getId();
        String worker = held.getConsumer();
        Optional<Map<byte[], byte[]>> body = body(queue, entryId);
        if (body.isEmpty()) {
            // Deleted under its holder: only the reconciler can tell what it was.
            LOG.info("queue={} entry={} worker={} has no body, dropped", queue, entryId, worker);
            entries.drop(keys, queue, entryId);
            return true;
        }
        QueueEntry entry;
        try {
            entry = QueueEntry.parse(text(body.get()));
        } catch (RuntimeException unreadable) {
            LOG.warn("queue={} entry={} dropped: {}", queue, entryId, unreadable.getMessage());
            entries.drop(keys, queue, entryId);
            return true;
        }
        StepAddress step = new StepAddress(entry.run(), entry.step(), queue);
        String begun = StepFields.begun(step.step());
        Map<String, String> fields =
                runs.fields(keys, entry.run(), List.of("head", step.field(), begun));
        Optional<RunHead> head = Optional.ofNullable(fields.get("head")).map(RunHead::parse);
        String expected = fields.getOrDefault(step.field(), "");
        Dispatch dispatch = new Dispatch(entry.number(), entryId);
        if (head.isEmpty() || !isUnderWay(head.get().state()) || !isCurrent(expected, dispatch)) {
            LOG.info(
                    "run={} step={} worker={} entry={} is not current any more, dropped",
                    entry.run(),
                    entry.step(),
                    worker,
                    entryId);
            entries.drop(keys, queue, entryId);
            return true;
        }
        Lapsed lapsed =
                new Lapsed(
                        step,
                        worker,
                        held.getMsSinceLastDelivery(),
                        expected,
                        fields.getOrDefault(begun, ""));
        return reap(lapsed, entry, head.get());
    }

    private boolean reap(Lapsed lapsed, QueueEntry entry, RunHead head) {
        StepField field = StepField.parse(lapsed.expected());
        ReapStep.Crash crash = afterCrash(lapsed, field, head);
        ReapStep.Outcome outcome =
                new ReapStep(
                                keys,
                                lapsed.step(),
                                lapsed.worker(),
                                lapsed.expected(),
                                entry.announcement(),
                                new ReapStep.Limits(config.lease(), config.silence(), config.gap()),
                                crash,
                                crashEvent(lapsed, field, crash),
                                HistoryEvent.record(
                                        HistoryEvent.REDELIVERED, details(lapsed, field)))
                        .run(redis.scripts());
        LOG.info(
                "run={} step={} worker={} dispatch={} lease lapsed, idle {} ms: {}",
                lapsed.step().run(),
                lapsed.step().step(),
                lapsed.worker(),
                field.published(),
                lapsed.idleMillis(),
                outcome);
        return outcome != ReapStep.Outcome.GRACE;
    }

    private ReapStep.Crash afterCrash(Lapsed lapsed, StepField field, RunHead head) {
        int crashes = field.ledgers().withCrash().crashesSinceBase();
        if (crashes >= config.crashBudget()) {
            return new ReapStep.Crash.GiveUp(
                    letters.write(lapsed.step(), lapsed.worker(), field, head));
        }
        Duration delay = config.delayAfter(crashes);
        // After the second crash its queue is another: the orchestrator's timers know which.
        return crashes < Ledgers.SUSPECT_FROM
                ? new ReapStep.Crash.Again()
                : new ReapStep.Crash.Wait(delay);
    }

    private String crashEvent(Lapsed lapsed, StepField field, ReapStep.Crash crash) {
        Map<String, Object> details = details(lapsed, field);
        return switch (crash) {
            case ReapStep.Crash.Again() -> HistoryEvent.record(HistoryEvent.CRASHED, details);
            case ReapStep.Crash.Wait(Duration delay) -> {
                details.put("retry_in_ms", delay.toMillis());
                yield HistoryEvent.record(HistoryEvent.CRASHED, details);
            }
            case ReapStep.Crash.GiveUp(String unused) -> {
                details.put("reason", DeadLetter.Reason.CRASH_LOOP);
                yield HistoryEvent.record(HistoryEvent.DEAD, details);
            }
        };
    }

    /** What the first heartbeat wrote; without one the entry is idle since it was delivered. */
    private String begun(Lapsed lapsed, Dispatch dispatch) {
        if (lapsed.begun().startsWith(dispatch + " ")) {
            return lapsed.begun();
        }
        long delivered = RedisTime.millis(redis) - lapsed.idleMillis();
        return dispatch + " " + lapsed.worker() + " " + delivered;
    }

    private Map<String, Object> details(Lapsed lapsed, StepField field) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("step", lapsed.step().step());
        details.put("attempt", field.ledgers().attempt());
        details.put("worker", lapsed.worker());
        details.put("idle_ms", lapsed.idleMillis());
        details.put("begun", begun(lapsed, field.published()));
        return details;
    }

    /** A paused run publishes nothing, but what died with its worker did die. */
    private static boolean isUnderWay(RunState run) {
        return run == RunState.RUNNING || run == RunState.PAUSED;
    }

    private static boolean isCurrent(String stored, Dispatch dispatch) {
        if (!stored.startsWith(StepState.READY + " ")) {
            return false;
        }
        return StepField.parse(stored).published().equals(dispatch);
    }

    private Optional<Map<byte[], byte[]>> body(String queue, String entryId) {
        List<StreamMessage<byte[], byte[]>> found =
                RedisFutures.join(
                        redis.commands()
                                .xrange(
                                        Bytes.of(keys.queue(queue)),
                                        Range.create(entryId, entryId),
                                        Limit.from(1)));
        return found.stream().findFirst().map(StreamMessage::getBody);
    }

    private static String text(Map<byte[], byte[]> body) {
        return body.entrySet().stream()
                .filter(field -> Bytes.text(field.getKey()).equals(QueueEntry.FIELD))
                .map(field -> Bytes.text(field.getValue()))
                .findFirst()
                .orElse("");
    }
}
