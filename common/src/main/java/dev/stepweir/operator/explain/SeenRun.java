package dev.stepweir.operator.explain;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.StepDefinition;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A run as read for one explanation; each step is explained once. */
final class SeenRun {

    private final RunId id;
    private final RunHead head;
    private final Graph graph;
    private final Map<String, String> fields;
    private final Facts facts;
    private final Set<String> explained = new HashSet<>();

    SeenRun(RunId id, RunHead head, Graph graph, Map<String, String> fields, Facts facts) {
        this.id = id;
        this.head = head;
        this.graph = graph;
        this.fields = fields;
        this.facts = facts;
    }

    RunId id() {
        return id;
    }

    RunHead head() {
        return head;
    }

    Graph graph() {
        return graph;
    }

    Optional<String> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    Optional<Instant> time(String name) {
        return field(name).map(Long::parseLong).map(Instant::ofEpochMilli);
    }

    StepField step(String name) {
        return field(StepFields.state(name)).map(StepField::parse).orElse(StepField.ABSENT);
    }

    /** What holds up a step; nothing when this was told before. */
    List<Cause> because(String step) {
        return explained.add(step) ? Gates.explain(situation(step)) : List.of();
    }

    Situation situation(String name) {
        StepDefinition definition = graph.step(name);
        StepField field = step(name);
        return new Situation(this, definition, field, held(definition, field), facts);
    }

    private Optional<PendingMessage> held(StepDefinition definition, StepField field) {
        if (field.state() != StepState.READY) {
            return Optional.empty();
        }
        Keys keys = facts.keys(id);
        String entry = field.published().entryId();
        String queue =
                StepAddress.of(id, definition.name(), definition.handler(), field.ledgers())
                        .queue();
        List<PendingMessage> pending =
                RedisFutures.join(
                        facts.redis()
                                .commands()
                                .xpending(
                                        Bytes.of(keys.queue(queue)),
                                        Bytes.of(Keys.WORKER_GROUP),
                                        Range.create(entry, entry),
                                        Limit.from(1))
                                .toCompletableFuture()
                                .exceptionally(noSuchGroup -> List.of()));
        return pending.stream().findFirst();
    }
}
