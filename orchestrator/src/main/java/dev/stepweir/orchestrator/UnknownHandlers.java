package dev.stepweir.orchestrator;

import dev.stepweir.duty.Duty;
import dev.stepweir.duty.Tick;
import dev.stepweir.failure.Classification;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.json.Json;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.script.FailStep;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepError;
import dev.stepweir.run.StepField;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.QueueName;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes dead letters of steps whose handler no worker ever had, in one partition: a name was
 * mistyped. Only while workers live, and not before some time has passed in which one might have
 * come that has it; else the steps wait, since a handler that is only away comes back.
 */
final class UnknownHandlers implements Duty {

    private static final Logger LOG = LoggerFactory.getLogger(UnknownHandlers.class);
    private static final int PAGE = 100;
    private static final int LOOKS = 4;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration ALIVE_WITHIN = Duration.ofSeconds(30);

    private final Redis redis;
    private final Keys keys;
    private final RunStore runs;
    private final Definitions definitions;
    private final Duration patience;
    private final LongSupplier millis;

    /** Queues that nobody serves, and since when that is known. */
    private final Map<String, Long> unservedSince = new HashMap<>();

    /**
     * A duty for one partition.
     *
     * @param patience for how long workers live without one of them having a handler
     * @param millis a clock that only goes forward
     */
    UnknownHandlers(
            Redis redis,
            Keys keys,
            Definitions definitions,
            Duration patience,
            LongSupplier millis) {
        this.redis = redis;
        this.keys = keys;
        this.runs = new RunStore(redis);
        this.definitions = definitions;
        this.patience = patience;
        this.millis = millis;
    }

    @Override
    public String name() {
        return "unknown-handlers-" + keys.partition();
    }

    @Override
    public Tick runOnce() {
        Set<String> registered = registered();
        Set<String> unserved =
                RedisFutures.join(redis.commands().smembers(Bytes.of(keys.queues()))).stream()
                        .map(Bytes::text)
                        .filter(queue -> !registered.contains(QueueName.handler(queue)))
                        .collect(Collectors.toCollection(TreeSet::new));
        if (unserved.isEmpty() || !workersLive()) {
            unservedSince.clear();
        }
        unservedSince.keySet().retainAll(unserved);
        if (workersLive()) {
            unserved.forEach(queue -> look(queue, registered));
        }
        Duration pause = patience.dividedBy(LOOKS);
        return Tick.after(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
    }

    private void look(String queue, Set<String> registered) {
        long now = millis.getAsLong();
        long since = unservedSince.computeIfAbsent(queue, name -> now);
        if (now - since < patience.toMillis()) {
            return;
        }
        List<StreamMessage<byte[], byte[]>> page =
                RedisFutures.join(
                        redis.commands()
                                .xrange(
                                        Bytes.of(keys.queue(queue)),
                                        Range.unbounded(),
                                        Limit.from(PAGE)));
        for (StreamMessage<byte[], byte[]> message : page) {
            for (byte[] text : message.getBody().values()) {
                String entryId = message.getId();
                var unused =
                        Refusals.readable(
                                "queue=" + queue + " entry=" + entryId,
                                () -> {
                                    bury(queue, entryId, Bytes.text(text), registered);
                                    return queue;
                                });
            }
        }
    }

    private void bury(String queue, String entryId, String text, Set<String> registered) {
        QueueEntry entry;
        try {
            entry = QueueEntry.parse(text);
        } catch (RuntimeException unreadable) {
            Refusals.complain("queue=" + queue + " entry=" + entryId + " cannot be read", text);
            return;
        }
        StepAddress step = new StepAddress(entry.run(), entry.step(), queue);
        Map<String, String> fields = runs.fields(keys, entry.run(), List.of("head", step.field()));
        String expected = fields.getOrDefault(step.field(), "");
        Optional<RunHead> head = Optional.ofNullable(fields.get("head")).map(RunHead::parse);
        if (head.isEmpty() || !expected.startsWith(StepState.READY + " ")) {
            return;
        }
        StepField field = StepField.parse(expected);
        String hash = head.get().workflowHash();
        boolean current = field.published().entryId().equals(entryId);
        if (current
                && definitions.find(keys, Set.of(hash)).get(hash)
                        instanceof Definitions.Known(Graph graph)
                && graph.contains(step.step())) {
            bury(step, expected, field, graph, registered);
        }
    }

    private void bury(
            StepAddress step,
            String expected,
            StepField field,
            Graph graph,
            Set<String> registered) {
        Ledgers ledgers = field.ledgers();
        String why =
                "no worker of this namespace ever had a handler '%s'; they have: %s"
                        .formatted(step.handler(), String.join(", ", registered));
        StepError error =
                StepError.ofEngine(
                        DeadLetter.Reason.HANDLER_NOT_FOUND.name(),
                        why,
                        Classification.of(
                                FailureCategory.CONFIGURATION,
                                "HANDLER_NOT_FOUND",
                                "start a worker that has it, then retry the dead letter",
                                1),
                        ledgers.attempt(),
                        "");
        DeadLetter letter =
                new DeadLetter(
                        step.letterId(),
                        step.run().text(),
                        graph.workflow().name(),
                        step.step(),
                        step.handler(),
                        DeadLetter.Reason.HANDLER_NOT_FOUND,
                        error,
                        ledgers.failures() + ledgers.crashes(),
                        ledgers.failures(),
                        ledgers.crashes(),
                        graph.step(step.step()).settings(),
                        field.published().toString());
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("step", step.step());
        details.put("reason", DeadLetter.Reason.HANDLER_NOT_FOUND);
        details.put("error", why);
        FailStep.Outcome outcome =
                new FailStep(
                                keys,
                                "",
                                step,
                                field.published(),
                                expected,
                                ledgers,
                                Json.text(error),
                                new FailStep.Decision.GiveUp(Json.text(letter)),
                                HistoryEvent.record(HistoryEvent.DEAD, details))
                        .run(redis.scripts());
        LOG.info("run={} step={} {}: {}", step.run(), step.step(), outcome, why);
    }

    private Set<String> registered() {
        byte[] handlers = Bytes.of(keys.in(0).handlers());
        return RedisFutures.join(redis.commands().hkeys(handlers)).stream()
                .map(Bytes::text)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private boolean workersLive() {
        long since = RedisTime.millis(redis) - ALIVE_WITHIN.toMillis();
        Range<Long> recent =
                Range.from(Range.Boundary.including(since), Range.Boundary.unbounded());
        return RedisFutures.join(redis.commands().zcount(Bytes.of(keys.workerBeats()), recent)) > 0;
    }
}
