package dev.stepweir.operator.letters;

import dev.stepweir.json.Json;
import dev.stepweir.operator.Attribution;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.redis.script.EditStep;
import dev.stepweir.redis.script.NoteLetter;
import dev.stepweir.redis.script.PurgeLetter;
import dev.stepweir.redis.script.RedriveStep;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What operators do to one dead step. Thread-safe. */
final class DeadSteps {

    private final Redis redis;
    private final Namespace namespace;
    private final RunStore runs;
    private final WorkflowStore workflows;

    /** A dead step as read. */
    private record Found(Keys keys, StepAddress step, Graph graph, String stored) {

        StepField field() {
            return stored.isEmpty() ? StepField.ABSENT : StepField.parse(stored);
        }
    }

    DeadSteps(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
        this.runs = new RunStore(redis);
        this.workflows = new WorkflowStore(redis);
    }

    /** What flows in; empty when there is no such step. */
    Optional<JsonNode> input(RunId run, String step) {
        return find(run, step).map(this::input);
    }

    private JsonNode input(Found found) {
        return new StepInput(runs)
                .read(
                        found.keys(),
                        found.step().run(),
                        found.graph(),
                        found.step().step(),
                        found.field());
    }

    RedriveStep.Outcome redrive(RunId run, String step, Attribution attribution) {
        Optional<Found> found = find(run, step);
        if (found.isEmpty()) {
            return RedriveStep.Outcome.GONE;
        }
        if (found.get().field().state() != StepState.DEAD) {
            return RedriveStep.Outcome.ALREADY;
        }
        String event = HistoryEvent.record(HistoryEvent.REDRIVEN, attribution.details(step));
        return new RedriveStep(
                        found.get().keys(),
                        found.get().step(),
                        found.get().stored(),
                        found.get().graph().dependencies(step),
                        event)
                .run(redis.scripts());
    }

    EditStep.Outcome edit(RunId run, String step, byte[] json, Attribution by) {
        Optional<Found> found = find(run, step);
        if (found.isEmpty()) {
            return EditStep.Outcome.GONE;
        }
        if (found.get().field().state() != StepState.DEAD) {
            return EditStep.Outcome.CHANGED;
        }
        Map<String, Object> details = by.details(step);
        details.put("from", HistoryEvent.shown(Json.write(input(found.get()))));
        details.put("to", HistoryEvent.shown(json));
        String event = HistoryEvent.record(HistoryEvent.EDITED, details);
        return new EditStep(
                        found.get().keys(), found.get().step(), found.get().stored(), json, event)
                .run(redis.scripts());
    }

    NoteLetter.Outcome note(
            RunId run, String step, Optional<Investigation.Status> status, Attribution by) {
        Optional<Found> found = find(run, step);
        if (found.isEmpty()) {
            return NoteLetter.Outcome.GONE;
        }
        String field = StepFields.notes(step);
        String stored =
                runs.fields(found.get().keys(), run, List.of(field)).getOrDefault(field, "");
        Investigation before =
                stored.isEmpty() ? Investigation.NONE : Json.read(stored, Investigation.class);
        Investigation.Status next = status.orElse(before.status());
        Investigation after = before.with(next, by, RedisTime.millis(redis));
        Map<String, Object> details = by.details(step);
        details.put("status", next.name());
        String event = HistoryEvent.record(HistoryEvent.NOTED, details);
        return new NoteLetter(
                        found.get().keys(), found.get().step(), stored, Json.text(after), event)
                .run(redis.scripts());
    }

    PurgeLetter.Outcome purge(StoredLetter letter, Attribution by) {
        String step = letter.letter().step();
        Map<String, Object> details = by.details(step);
        details.put("died_of", letter.letter().reason().name());
        details.put("error", letter.letter().error().message());
        return purge(letter.run(), step, letter.entry(), details);
    }

    /** A letter that cannot be read; only its place is known. */
    PurgeLetter.Outcome purge(RunId run, String step, String entry, Attribution by) {
        return purge(run, step, entry, by.details(step));
    }

    private PurgeLetter.Outcome purge(
            RunId run, String step, String entry, Map<String, Object> details) {
        String event = HistoryEvent.record(HistoryEvent.LETTER_PURGED, details);
        return new PurgeLetter(namespace.keys(run), new StepAddress(run, step, ""), entry, event)
                .run(redis.scripts());
    }

    private Optional<Found> find(RunId run, String step) {
        Keys keys = namespace.keys(run);
        Optional<Graph> graph =
                runs.head(keys, run)
                        .flatMap(head -> workflows.of(keys, run, head))
                        .filter(g -> g.contains(step));
        if (graph.isEmpty()) {
            return Optional.empty();
        }
        StepAddress address = new StepAddress(run, step, graph.get().step(step).handler());
        String stored = runs.stepTexts(keys, run, List.of(step)).getOrDefault(step, "");
        return Optional.of(new Found(keys, address, graph.get(), stored));
    }
}
