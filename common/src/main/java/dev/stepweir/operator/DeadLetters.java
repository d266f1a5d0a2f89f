package dev.stepweir.operator;

import dev.stepweir.json.Json;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.redis.script.RedriveStep;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Steps that wait for a person. A letter leaves when its step has succeeded. Thread-safe. */
public final class DeadLetters {

    private final Redis redis;
    private final Namespace namespace;
    private final RunStore runs;
    private final WorkflowStore workflows;

    /** Over a connection that the caller keeps and closes. */
    public DeadLetters(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
        this.runs = new RunStore(redis);
        this.workflows = new WorkflowStore(redis);
    }

    /** How many there are. */
    public long count() {
        return redis.retrying(() ->
                namespace.all().stream()
                        .map(keys -> Bytes.of(keys.deadLetters()))
                        .map(key -> redis.commands().xlen(key).toCompletableFuture())
                        .toList()
                        .stream()
                        .mapToLong(RedisFutures::join)
                        .sum());
    }

    /** The latest dead first. */
    public List<DeadLetterView> list(int limit) {
        return redis.retrying(() ->
                namespace.all().stream().map(keys -> newest(keys, limit)).toList().stream()
                        .flatMap(reply -> RedisFutures.join(reply).stream())
                        .map(DeadLetters::view)
                        .sorted(Comparator.comparing(DeadLetterView::died).reversed())
                        .limit(limit)
                        .toList());
    }

    private CompletableFuture<List<StreamMessage<byte[], byte[]>>> newest(Keys keys, int limit) {
        return redis.commands()
                .xrevrange(
                        Bytes.of(keys.deadLetters()), Range.<String>unbounded(), Limit.from(limit))
                .toCompletableFuture();
    }

    /**
     * One letter; empty when there is none (any more).
     *
     * @param id {@code <run>/<step>}
     * @throws IllegalArgumentException for an id that is none
     */
    public Optional<DeadLetterView> show(String id) {
        Keys keys = namespace.keys(run(id));
        return redis.retrying(() -> {
            byte[] entry =
                    RedisFutures.join(
                            redis.commands()
                                    .hget(Bytes.of(keys.letterIndex()), Bytes.of(id))
                                    .toCompletableFuture());
            return entry == null ? Optional.empty() : entry(keys, Bytes.text(entry));
        });
    }

    private Optional<DeadLetterView> entry(Keys keys, String entry) {
        return RedisFutures.join(
                        redis.commands()
                                .xrange(Bytes.of(keys.deadLetters()), Range.create(entry, entry))
                                .toCompletableFuture())
                .stream()
                .map(DeadLetters::view)
                .findFirst();
    }

    private static DeadLetterView view(StreamMessage<byte[], byte[]> message) {
        String letter = "";
        long died = 0;
        for (Map.Entry<byte[], byte[]> field : message.getBody().entrySet()) {
            switch (Bytes.text(field.getKey())) {
                case "d" -> letter = Bytes.text(field.getValue());
                case "died" -> died = Long.parseLong(Bytes.text(field.getValue()));
                default -> {}
            }
        }
        return new DeadLetterView(Json.read(letter, DeadLetter.class), Instant.ofEpochMilli(died));
    }

    /**
     * Puts a dead step back to work, with all its attempts before it. Its letter stays until it has
     * succeeded.
     *
     * @param id {@code <run>/<step>}
     * @param by who asks
     * @param reason for the record, may be empty
     * @throws IllegalArgumentException for an id that is none
     */
    public RedriveStep.Outcome redrive(String id, String by, String reason) {
        RunId run = run(id);
        return redis.retrying(() -> redrive(run, id.substring(37), by, reason));
    }

    private RedriveStep.Outcome redrive(RunId run, String step, String by, String reason) {
        Keys keys = namespace.keys(run);
        Optional<Graph> graph =
                runs.head(keys, run)
                        .flatMap(head -> workflows.find(keys, head.workflowHash()))
                        .filter(g -> g.contains(step));
        if (graph.isEmpty()) {
            return RedriveStep.Outcome.GONE;
        }
        String stored = runs.stepTexts(keys, run, List.of(step)).get(step);
        if (stored == null || StepField.parse(stored).state() != StepState.DEAD) {
            return RedriveStep.Outcome.ALREADY;
        }
        StepAddress address = new StepAddress(run, step, graph.get().step(step).handler());
        String event =
                HistoryEvent.record(
                        HistoryEvent.REDRIVEN, Map.of("step", step, "by", by, "reason", reason));
        return new RedriveStep(keys, address, stored, graph.get().dependencies(step), event)
                .run(redis.scripts());
    }

    private static RunId run(String id) {
        if (id.length() < 38 || id.charAt(36) != '/') {
            throw new IllegalArgumentException(
                    "a dead letter's id is <run>/<step>, found '" + id + "'");
        }
        return new RunId(id.substring(0, 36));
    }
}
