package dev.stepweir.reaper;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.script.ReapStep;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
    private final CrashLetters letters;
    private final ReaperConfig config;

    LapsedEntry(Redis redis, Keys keys, ReaperConfig config) {
        this.redis = redis;
        this.keys = keys;
        this.runs = new RunStore(redis);
        this.letters = new CrashLetters(redis, keys);
        this.config = config;
    }

    /** Takes an entry back from {@code worker}, who was seen to hold it. */
    void take(String queue, String entryId, String worker) {
        Optional<Map<byte[], byte[]>> body = body(queue, entryId);
        if (body.isEmpty()) {
            // Deleted under its holder: only the reconciler can tell what it was.
            LOG.info("queue={} entry={} worker={} has no body, dropped", queue, entryId, worker);
            drop(queue, entryId);
            return;
        }
        QueueEntry entry;
        try {
            entry = QueueEntry.parse(text(body.get()));
        } catch (RuntimeException unreadable) {
            LOG.warn("queue={} entry={} dropped: {}", queue, entryId, unreadable.getMessage());
            drop(queue, entryId);
            return;
        }
        StepAddress step = new StepAddress(entry.run(), entry.step(), queue);
        Map<String, String> fields = runs.fields(keys, entry.run(), List.of("head", step.field()));
        Optional<RunHead> head = Optional.ofNullable(fields.get("head")).map(RunHead::parse);
        String expected = fields.getOrDefault(step.field(), "");
        Dispatch dispatch = new Dispatch(entry.number(), entryId);
        if (head.isEmpty()
                || head.get().state() != RunState.RUNNING
                || !isCurrent(expected, dispatch)) {
            LOG.info(
                    "run={} step={} worker={} entry={} is not current any more, dropped",
                    entry.run(),
                    entry.step(),
                    worker,
                    entryId);
            drop(queue, entryId);
            return;
        }
        reap(step, worker, expected, entry, head.get());
    }

    private void reap(
            StepAddress step, String worker, String expected, QueueEntry entry, RunHead head) {
        StepField field = StepField.parse(expected);
        boolean last = field.ledgers().withCrash().crashesSinceBase() >= config.crashBudget();
        String letter = last ? letters.write(step, worker, field, head) : "";
        ReapStep.Outcome outcome =
                new ReapStep(
                                keys,
                                step,
                                worker,
                                expected,
                                entry.announcement(),
                                new ReapStep.Limits(config.lease(), config.silence()),
                                letter,
                                HistoryEvent.details(Map.of("step", step.step(), "worker", worker)))
                        .run(redis.scripts());
        LOG.info(
                "run={} step={} worker={} dispatch={} lease lapsed: {}",
                step.run(),
                step.step(),
                worker,
                field.published(),
                outcome);
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

    /** Deletes first: a reaper that dies in between leaves something that the next one finds. */
    private void drop(String queue, String entryId) {
        byte[] stream = Bytes.of(keys.queue(queue));
        CompletableFuture<Long> deleted =
                redis.commands().xdel(stream, entryId).toCompletableFuture();
        RedisFutures.join(redis.commands().xack(stream, Bytes.of(Keys.WORKER_GROUP), entryId));
        RedisFutures.join(deleted);
    }
}
