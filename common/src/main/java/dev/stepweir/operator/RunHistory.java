package dev.stepweir.operator;

import dev.stepweir.run.Dispatch;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.StepField;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.StepDefinition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tells a run's story from two sources: the steps' own fields, which say when each was published,
 * begun and committed, and the stored events, which say what went wrong in between. When a dispatch
 * was published is part of its entry's id.
 */
final class RunHistory {

    private final Stored run;
    private final List<HistoryEntry> entries = new ArrayList<>();

    private RunHistory(Stored run) {
        this.run = run;
    }

    static List<HistoryEntry> of(Stored run, List<HistoryEvent> events) {
        RunHistory history = new RunHistory(run);
        history.opened();
        Map<String, List<HistoryEvent>> byStep = new LinkedHashMap<>();
        List<HistoryEvent> ofRun = new ArrayList<>();
        for (HistoryEvent event : events) {
            Object step = event.details().get("step");
            if (step == null) {
                ofRun.add(event);
            } else {
                byStep.computeIfAbsent(step.toString(), s -> new ArrayList<>()).add(event);
            }
        }
        for (StepDefinition step : run.graph().workflow().steps()) {
            history.ofStep(step.name(), byStep.getOrDefault(step.name(), List.of()));
        }
        // Last, as what ends a run comes after its steps' events of the same millisecond.
        ofRun.forEach(history::ofRun);
        history.closed();
        history.entries.sort(Comparator.comparing(HistoryEntry::at));
        return List.copyOf(history.entries);
    }

    private void opened() {
        run.time("submitted").ifPresent(at -> add(at, "SUBMITTED", RunState.SUBMITTED, Map.of()));
        run.time("started").ifPresent(at -> add(at, "STARTED", RunState.RUNNING, Map.of()));
    }

    /** A cancellation is an event of its own and says more. */
    private void closed() {
        if (run.state() == RunState.COMPLETED || run.state() == RunState.FAILED) {
            String why = run.fields().get("why");
            Map<String, Object> details = why == null ? Map.of() : Map.of("why", why);
            run.time("finished").ifPresent(at -> add(at, run.state().name(), run.state(), details));
        }
    }

    private void ofRun(HistoryEvent event) {
        RunState state =
                switch (event.kind()) {
                    case HistoryEvent.CANCELLED -> RunState.CANCELLED;
                    case HistoryEvent.DUPLICATE -> stateAt(event.atMillis());
                    case HistoryEvent.DEADLINE -> RunState.FAILED;
                    case HistoryEvent.PAUSED -> RunState.PAUSED;
                    case HistoryEvent.RESUMED -> RunState.RUNNING;
                    case HistoryEvent.RUN_WAITS,
                            HistoryEvent.RUN_RETRIED,
                            HistoryEvent.RUN_GIVEN_UP ->
                            RunState.RUNNING;
                    default -> run.state();
                };
        add(Instant.ofEpochMilli(event.atMillis()), event.kind(), state, event.details());
    }

    /** As far as the run's own times tell. */
    private RunState stateAt(long millis) {
        Instant at = Instant.ofEpochMilli(millis);
        if (run.time("finished").filter(end -> !at.isBefore(end)).isPresent()) {
            return run.state();
        }
        return run.time("started").filter(start -> !at.isBefore(start)).isPresent()
                ? RunState.RUNNING
                : RunState.SUBMITTED;
    }

    private void ofStep(String name, List<HistoryEvent> events) {
        StepField field = run.step(name);
        Set<Long> published = new HashSet<>();
        for (HistoryEvent event : events) {
            event.dispatch().ifPresent(dispatch -> published(name, dispatch, published));
            withdrawn(event).ifPresent(dispatch -> published.add(dispatch.number()));
            ofStep(name, event);
        }
        field.dispatch().ifPresent(dispatch -> published(name, dispatch, published));
        current(name, field);
    }

    /** In the order of what happened, also within one millisecond. */
    private void published(String name, Dispatch dispatch, Set<Long> before) {
        long number = dispatch.number();
        if (dispatch.isAnnounced() && before.add(number)) {
            add(at(dispatch), name, "PUBLISHED", StepStatus.READY, Map.of("dispatch", number));
        }
    }

    private void ofStep(String name, HistoryEvent event) {
        Instant at = Instant.ofEpochMilli(event.atMillis());
        Map<String, Object> details = new LinkedHashMap<>(event.details());
        details.remove("step");
        if (details.containsKey("action")) {
            // With these two the six fields of a result of error handling are complete.
            details.put("step_id", run.id().text() + "/" + name);
            if (details.get("retry_in_ms") instanceof Number millis) {
                details.put("next_retry_at", at.plusMillis(millis.longValue()).toString());
            }
        }
        Begun.parse(details.remove("begun")).ifPresent(begun -> begun(name, begun, at, details));
        add(at, name, event.kind(), stateAfter(name, event), details);
    }

    private void begun(String step, Begun begun, Instant latest, Map<String, Object> details) {
        Map<String, Object> who = new LinkedHashMap<>();
        who.put("worker", begun.worker());
        Object attempt = details.get("attempt");
        if (attempt != null) {
            who.put("attempt", attempt);
        }
        Instant at = within(at(begun.dispatch()), begun.at(), latest);
        add(at, step, "BEGUN", StepStatus.RUNNING, who);
    }

    private StepStatus stateAfter(String step, HistoryEvent event) {
        return switch (event.kind()) {
            // It left the step as it was.
            case HistoryEvent.LATE_RESULT ->
                    run.state() == RunState.CANCELLED
                            ? StepStatus.CANCELLED
                            : StepStatus.valueOf(run.step(step).state().name());
            case HistoryEvent.DEAD -> StepStatus.DEAD;
            case HistoryEvent.CRASHED ->
                    event.details().containsKey("retry_in_ms")
                            ? StepStatus.WAITING_FOR_RETRY
                            : StepStatus.READY;
            case HistoryEvent.FAILED ->
                    event.details().containsKey("retry_in_ms")
                            ? StepStatus.WAITING_FOR_RETRY
                            : StepStatus.DEAD;
            case HistoryEvent.EDITED,
                    HistoryEvent.NOTED,
                    HistoryEvent.LETTER_PURGED,
                    HistoryEvent.FORCED_TO_FAIL ->
                    StepStatus.DEAD;
            case HistoryEvent.RESOLVED, HistoryEvent.COMPLETED_BY_HAND -> StepStatus.SUCCEEDED;
            case HistoryEvent.SKIPPED -> StepStatus.SKIPPED;
            case HistoryEvent.PARKED -> StepStatus.PARKED;
            default -> StepStatus.READY;
        };
    }

    /** What the step's own field says of the dispatch that is current. */
    private void current(String name, StepField field) {
        Map<String, Object> who = new LinkedHashMap<>();
        who.put("attempt", Stored.attempt(field));
        if (field.isByHand()) {
            return;
        }
        if (field.state() == StepState.SUCCEEDED) {
            who.put("worker", field.worker());
            Instant committed = Instant.ofEpochMilli(field.toMillis());
            Instant begun = Instant.ofEpochMilli(field.fromMillis());
            Instant earliest = at(field.published());
            add(within(earliest, begun, committed), name, "BEGUN", StepStatus.RUNNING, who);
            add(committed, name, "SUCCEEDED", StepStatus.SUCCEEDED, who);
        } else if (field.state() == StepState.READY) {
            run.begun(name).ifPresent(begun -> begun(name, begun, Instant.MAX, who));
        }
    }

    /** When a handler began is by its worker's clock, which may be off; the rest is by Redis'. */
    private static Instant within(Instant earliest, Instant at, Instant latest) {
        if (at.isAfter(latest)) {
            return latest;
        }
        return at.isBefore(earliest) ? earliest : at;
    }

    private static Instant at(Dispatch dispatch) {
        return Instant.ofEpochMilli(dispatch.publishedMillis());
    }

    /** A number that was used up without a publishing. */
    private static Optional<Dispatch> withdrawn(HistoryEvent event) {
        return switch (event.kind()) {
            case HistoryEvent.RESOLVED,
                    HistoryEvent.COMPLETED_BY_HAND,
                    HistoryEvent.SKIPPED,
                    HistoryEvent.FORCED_TO_FAIL ->
                    event.dispatch().map(Dispatch::withdrawn);
            default -> Optional.empty();
        };
    }

    private void add(Instant at, String event, RunState state, Map<String, Object> details) {
        entries.add(new HistoryEntry(at, Optional.empty(), event, state.name(), details));
    }

    private void add(
            Instant at, String step, String event, StepStatus state, Map<String, Object> details) {
        entries.add(new HistoryEntry(at, Optional.of(step), event, state.name(), details));
    }
}
