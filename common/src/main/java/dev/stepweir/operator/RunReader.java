package dev.stepweir.operator;

import dev.stepweir.json.Json;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepError;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.StepDefinition;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/** Puts together what is stored of one run: its fields, its definition, and who holds its steps. */
final class RunReader {

    private static final List<String> RUN_FIELDS =
            List.of(
                    "head",
                    "name",
                    "submitted",
                    "started",
                    "finished",
                    "key",
                    "why",
                    "paused",
                    "input",
                    RunRetry.ATTEMPT,
                    RunRetry.WAITS_FOR,
                    RunDeadline.FIELD);

    private final Redis redis;
    private final Namespace namespace;
    private final RunStore runs;
    private final WorkflowStore workflows;

    RunReader(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
        this.runs = new RunStore(redis);
        this.workflows = new WorkflowStore(redis);
    }

    Optional<Stored> read(RunId run) {
        Keys keys = namespace.keys(run);
        Optional<RunHead> head = runs.head(keys, run);
        Optional<Graph> graph = head.flatMap(h -> workflows.of(keys, run, h));
        if (graph.isEmpty()) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>(RUN_FIELDS);
        for (StepDefinition step : graph.get().workflow().steps()) {
            names.add(StepFields.state(step.name()));
            names.add(StepFields.output(step.name()));
            names.add(StepFields.error(step.name()));
            names.add(StepFields.begun(step.name()));
        }
        Map<String, String> fields = runs.fields(keys, run, names);
        return Optional.ofNullable(fields.get("head"))
                .map(text -> new Stored(run, RunHead.parse(text), graph.get(), fields));
    }

    /** Reads the states of the steps, in place; no value, and nothing of the queues. */
    Optional<RunProgress> progress(RunId run) {
        Keys keys = namespace.keys(run);
        Optional<RunHead> head = runs.head(keys, run);
        Optional<Graph> graph = head.flatMap(h -> workflows.of(keys, run, h));
        if (head.isEmpty() || graph.isEmpty()) {
            return Optional.empty();
        }
        List<String> steps = graph.get().topologicalOrder();
        Map<StepState, Integer> inState = new EnumMap<>(StepState.class);
        runs.stepTexts(keys, run, steps)
                .values()
                .forEach(text -> inState.merge(StepField.parse(text).state(), 1, Integer::sum));
        return Optional.of(new RunProgress(head.get().state(), steps.size(), inState));
    }

    Optional<RunView> view(RunId run) {
        return read(run).map(this::view);
    }

    private RunView view(Stored run) {
        Map<String, String> holders = holders(run, run.graph().workflow().steps());
        List<StepView> steps =
                run.graph().workflow().steps().stream()
                        .map(step -> step(run, step, Optional.ofNullable(holders.get(step.name()))))
                        .toList();
        return new RunView(
                run.id(),
                run.state(),
                run.graph().workflow().name(),
                run.graph().workflow().version(),
                run.head().workflowHash(),
                run.time("submitted").orElse(Instant.EPOCH),
                run.time("started"),
                run.time("finished"),
                Optional.ofNullable(run.fields().get("key")),
                RunRetry.attempt(run.fields()),
                RunRetry.of(run.fields())
                        .filter(retry -> run.state() == RunState.RUNNING)
                        .flatMap(retry -> millis(retry.dueMillis())),
                RunDeadline.of(run.fields()).flatMap(own -> millis(own.dueMillis())),
                Optional.ofNullable(run.fields().get("why")),
                Optional.ofNullable(run.fields().get("paused"))
                        .filter(text -> run.state() == RunState.PAUSED)
                        .map(Pause::parse),
                value(run, "input"),
                output(run, steps),
                steps);
    }

    /** One step with all that bears on its next attempt; empty if the run has no such step. */
    Optional<StepDetail> detail(Stored run, String name, List<HistoryEvent> events, Instant now) {
        if (!run.graph().contains(name)) {
            return Optional.empty();
        }
        StepDefinition definition = run.graph().step(name);
        Optional<String> holder = Optional.ofNullable(holders(run, List.of(definition)).get(name));
        return Optional.of(
                new StepDetail(
                        run.id(),
                        step(run, definition, holder),
                        definition.idempotency().isPresent()
                                ? Optional.empty()
                                : Optional.of(
                                        new StepAddress(run.id(), name, definition.handler())
                                                .idempotencyKey()),
                        run.step(name).ledgers(),
                        definition.retry(),
                        definition.dependencies().stream()
                                .allMatch(before -> run.step(before).state().isFinal()),
                        isHeldUp(run, definition),
                        RunHistory.of(run, events).stream()
                                .filter(entry -> entry.step().filter(name::equals).isPresent())
                                .toList(),
                        now));
    }

    private boolean isHeldUp(Stored run, StepDefinition definition) {
        StepField field = run.step(definition.name());
        boolean unannounced =
                field.state() == StepState.READY
                        && field.published().entryId().equals(Dispatch.UNANNOUNCED);
        byte[] paused = Bytes.of(namespace.keys(0).pausedQueues());
        return run.state() == RunState.PAUSED
                || unannounced
                || RedisFutures.join(
                        redis.commands().hexists(paused, Bytes.of(definition.handler())));
    }

    private StepView step(Stored run, StepDefinition definition, Optional<String> holder) {
        String name = definition.name();
        StepField field = run.step(name);
        Optional<Begun> begun = holder.flatMap(h -> run.begun(name));
        boolean committed = field.state().isFinal();
        return new StepView(
                name,
                definition.handler(),
                status(run.state(), field, holder.isPresent()),
                Stored.attempt(field),
                field.dispatch().map(dispatch -> dispatch.number()).orElse(0L),
                field.ledgers().failures(),
                field.ledgers().crashes(),
                field.ledgers().redeliveries(),
                committed ? Optional.of(field.worker()) : holder,
                committed ? millis(field.fromMillis()) : begun.map(Begun::at),
                committed ? millis(field.toMillis()) : Optional.empty(),
                millis(field.dueMillis()),
                value(run, StepFields.output(name)),
                Optional.ofNullable(run.fields().get(StepFields.error(name)))
                        .filter(text -> !committed)
                        .map(text -> Json.read(text, StepError.class)));
    }

    private static StepStatus status(RunState run, StepField step, boolean held) {
        return switch (step.state()) {
            case SUCCEEDED -> StepStatus.SUCCEEDED;
            case SKIPPED -> StepStatus.SKIPPED;
            case DEAD -> StepStatus.DEAD;
            case PENDING, READY, WAITING_FOR_RETRY, PARKED -> {
                if (run == RunState.CANCELLED) {
                    yield StepStatus.CANCELLED;
                }
                yield held ? StepStatus.RUNNING : StepStatus.valueOf(step.state().name());
            }
        };
    }

    private static Optional<Instant> millis(long at) {
        return at == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(at));
    }

    /** Who holds the entries of those steps that are ready, by step. */
    private Map<String, String> holders(Stored run, List<StepDefinition> steps) {
        if (run.state().isClosed()) {
            return Map.of();
        }
        Keys keys = namespace.keys(run.id());
        Map<String, CompletableFuture<List<PendingMessage>>> asked = new LinkedHashMap<>();
        for (StepDefinition step : steps) {
            StepField field = run.step(step.name());
            if (field.state() == StepState.READY) {
                String entry = field.published().entryId();
                StepAddress address =
                        StepAddress.of(run.id(), step.name(), step.handler(), field.ledgers());
                asked.put(step.name(), pending(keys.queue(address.queue()), entry));
            }
        }
        Map<String, String> holders = new HashMap<>();
        asked.forEach((step, reply) ->
                RedisFutures.join(reply).forEach(p -> holders.put(step, p.getConsumer())));
        return holders;
    }

    private CompletableFuture<List<PendingMessage>> pending(String queue, String entry) {
        return redis.commands()
                .xpending(
                        Bytes.of(queue),
                        Bytes.of(Keys.WORKER_GROUP),
                        Range.create(entry, entry),
                        Limit.from(1))
                .toCompletableFuture()
                .exceptionally(noSuchGroup -> List.of());
    }

    private JsonNode value(Stored run, String field) {
        String stored = run.fields().get(field);
        if (stored == null) {
            return NullNode.getInstance();
        }
        return runs.resolve(namespace.keys(run.id()), run.id(), field, Bytes.of(stored))
                .map(Json::tree)
                .orElse(NullNode.getInstance());
    }

    private static JsonNode output(Stored run, List<StepView> steps) {
        List<String> sinks = run.graph().sinks();
        if (run.state() != RunState.COMPLETED || sinks.isEmpty()) {
            return NullNode.getInstance();
        }
        Map<String, JsonNode> outputs = new HashMap<>();
        steps.forEach(step -> outputs.put(step.name(), step.output()));
        if (sinks.size() == 1) {
            return outputs.getOrDefault(sinks.getFirst(), NullNode.getInstance());
        }
        ObjectNode object = Json.mapper().createObjectNode();
        sinks.forEach(name -> object.set(name, outputs.get(name)));
        return object;
    }
}
