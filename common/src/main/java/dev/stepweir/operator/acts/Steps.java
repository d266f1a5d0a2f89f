package dev.stepweir.operator.acts;

import dev.stepweir.json.Json;
import dev.stepweir.operator.Attribution;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.redis.script.ConcludeStep;
import dev.stepweir.redis.script.CondemnStep;
import dev.stepweir.redis.script.Operation;
import dev.stepweir.redis.script.RedriveStep;
import dev.stepweir.redis.script.ResetStep;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.StepDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Acts of operators on single steps. Each is one script that moves the step on under the next
 * number: a worker that executes the step meanwhile has lost it, and what it still reports is
 * refused. Who did it and why is kept in the run's history and must be said. Thread-safe.
 */
public final class Steps {

    /** Largest result that may be given by hand, in bytes of JSON. */
    public static final int MAX_RESULT = 2 * 1024 * 1024;

    /** A step that moves so often between a look and the script does not need a person. */
    private static final int TRIES = 5;

    /** Events of a run that are looked through for an act whose answer was lost. */
    private static final int TAIL = 50;

    /** After these answers the next look says what is in the way. */
    private static final Set<String> REFUSALS = Set.of("CHANGED", "ALREADY", "RUN_CLOSED", "GONE");

    private static final Set<RunState> RUNS =
            Set.of(RunState.RUNNING, RunState.PAUSED, RunState.FAILED);

    private final Redis redis;
    private final Namespace namespace;
    private final RunStore runs;
    private final WorkflowStore workflows;

    /**
     * A step as read.
     *
     * @param run what its run is once the step is acted on: a failed one is opened again
     */
    record Seen(
            Keys keys,
            StepAddress step,
            RunState run,
            Graph graph,
            String stored,
            Optional<String> begun) {

        StepField field() {
            return StepField.parse(stored);
        }

        StepDefinition definition() {
            return graph.step(step.step());
        }

        List<String> dependencies() {
            return graph.dependencies(step.step());
        }
    }

    /** What a look found: a step that may be acted on, or why not. */
    private sealed interface Look {
        record At(Seen seen) implements Look {}

        record Not(ActResult.Refused refused) implements Look {}
    }

    /** Over a connection that the caller keeps and closes. */
    public Steps(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
        this.runs = new RunStore(redis);
        this.workflows = new WorkflowStore(redis);
    }

    /**
     * What would become of an act. Changes nothing; another may be faster than who asks.
     *
     * @param step the step's name
     */
    public ActResult check(StepAct act, RunId run, String step) {
        return switch (look(act, run, step)) {
            case Look.At(Seen seen) ->
                    new ActResult.Done(act, seen.field().state(), act.to(), seen.run());
            case Look.Not(ActResult.Refused refused) -> refused;
        };
    }

    /**
     * Publishes a step at once, with all its attempts before it. What it has kept so far stays: its
     * journal, what an operator gave it, its ledgers, which only count from here. Opens a failed
     * run again.
     */
    public ActResult reset(RunId run, String step, Attribution by) {
        return act(StepAct.RESET, run, step, by, Optional.empty(), Steps::reset);
    }

    /** Counts a step as succeeded that was done elsewhere, without a result. */
    public ActResult resolve(RunId run, String step, Attribution by) {
        return conclude(StepAct.RESOLVE, run, step, by, Optional.empty());
    }

    /**
     * Counts a step as succeeded, with a result that flows on.
     *
     * @param result anything that Jackson can write, at most 2 MiB as JSON and nested at most
     *     {@value Json#MAX_VALUE_DEPTH} levels deep
     * @throws IllegalArgumentException for a larger or deeper result
     */
    public ActResult complete(RunId run, String step, @Nullable Object result, Attribution by) {
        byte[] json = Json.writeValue(result);
        if (json.length > MAX_RESULT) {
            throw new IllegalArgumentException(
                    "the result has %d bytes, at most %d are allowed"
                            .formatted(json.length, MAX_RESULT));
        }
        return conclude(StepAct.COMPLETE, run, step, by, Optional.of(json));
    }

    /** Does without a step: what waits for it goes on, with null in place of its result. */
    public ActResult skip(RunId run, String step, Attribution by) {
        return conclude(StepAct.SKIP, run, step, by, Optional.empty());
    }

    /** Makes a dead letter of a step that is on its way. */
    public ActResult forceFail(RunId run, String step, Attribution by) {
        return act(
                StepAct.FORCE_FAIL,
                run,
                step,
                by,
                Optional.empty(),
                (seen, event) -> condemn(seen, by, event));
    }

    private ActResult act(
            StepAct act,
            RunId run,
            String step,
            Attribution by,
            Optional<byte[]> result,
            BiFunction<Seen, String, Operation<?>> operation) {
        if (by.reason().isEmpty()) {
            throw new IllegalArgumentException("say why a step is to be " + act.done());
        }
        StepState last = act.to();
        for (int i = 0; i < TRIES; i++) {
            switch (look(act, run, step)) {
                case Look.Not(ActResult.Refused refused) -> {
                    return refused;
                }
                case Look.At(Seen seen) -> {
                    last = seen.field().state();
                    String event = event(act, seen, by, result);
                    Operation<?> call = operation.apply(seen, event);
                    Enum<?> outcome = redis.retrying(() -> call.run(redis.scripts()));
                    boolean refused = REFUSALS.contains(outcome.name());
                    if (!refused || isRecorded(seen, event)) {
                        boolean completes = outcome == ConcludeStep.Outcome.COMPLETED;
                        RunState then = completes ? RunState.COMPLETED : seen.run();
                        return new ActResult.Done(act, last, act.to(), then);
                    }
                }
            }
        }
        return new ActResult.Refused(
                act,
                last.name(),
                words(act.from()),
                "step '%s' of run %s keeps changing; try again".formatted(step, run));
    }

    /** Whether this very act was done: its answer was lost, and it was asked once more. */
    private boolean isRecorded(Seen seen, String event) {
        byte[] history = Bytes.of(seen.keys().history(seen.step().run()));
        return redis
                .retrying(() -> RedisFutures.join(redis.commands().lrange(history, -TAIL, -1)))
                .stream()
                .map(Bytes::text)
                .anyMatch(line -> line.endsWith(" " + event));
    }

    private Look look(StepAct act, RunId run, String step) {
        Keys keys = namespace.keys(run);
        String name = StepFields.state(step);
        String begun = StepFields.begun(step);
        Map<String, String> fields = runs.fields(keys, run, List.of("head", name, begun));
        Optional<RunHead> head = Optional.ofNullable(fields.get("head")).map(RunHead::parse);
        Optional<Graph> graph = head.flatMap(h -> workflows.of(keys, run, h));
        if (head.isEmpty() || graph.isEmpty()) {
            return refused(act, "", Set.of(), "there is no run " + run + " (any more)");
        }
        if (!graph.get().contains(step)) {
            List<String> names =
                    graph.get().workflow().steps().stream().map(StepDefinition::name).toList();
            return refused(
                    act,
                    "",
                    Set.of(),
                    "run %s has no step '%s', its steps are %s".formatted(run, step, names));
        }
        RunState state = head.get().state();
        if (!RUNS.contains(state)) {
            return refused(
                    act,
                    state.name(),
                    words(RUNS),
                    "run %s is %s; a step can be %s while its run is %s"
                            .formatted(run, state, act.done(), or(words(RUNS))));
        }
        String stored = fields.getOrDefault(name, "");
        StepState found = stored.isEmpty() ? StepState.PENDING : StepField.parse(stored).state();
        if (!act.from().contains(found)) {
            return refused(
                    act,
                    found.name(),
                    words(act.from()),
                    "step '%s' of run %s is %s; it can be %s while it is %s"
                            .formatted(step, run, found, act.done(), or(words(act.from()))));
        }
        String handler = graph.get().step(step).handler();
        StepAddress address = StepAddress.of(run, step, handler, StepField.parse(stored).ledgers());
        RunState then = state == RunState.FAILED ? RunState.RUNNING : state;
        Optional<String> by = Optional.ofNullable(fields.get(begun));
        return new Look.At(new Seen(keys, address, then, graph.get(), stored, by));
    }

    private static Look refused(StepAct act, String found, Set<String> allowed, String sentence) {
        return new Look.Not(new ActResult.Refused(act, found, allowed, sentence));
    }

    private static Set<String> words(Set<? extends Enum<?>> states) {
        Set<String> words = new TreeSet<>();
        states.forEach(state -> words.add(state.name()));
        if (words.contains(StepState.READY.name())) {
            // People see a step that a worker executes as running.
            words.add("RUNNING");
        }
        return words;
    }

    private static String or(Set<String> words) {
        return String.join(" or ", words);
    }

    private static String event(StepAct act, Seen seen, Attribution by, Optional<byte[]> result) {
        Map<String, Object> details = by.details(seen.step().step());
        details.put("from", seen.field().state().name());
        String dispatch = seen.field().published().toString();
        details.put("dispatch", dispatch);
        // Who executed it would be forgotten with the next beginning.
        seen.begun()
                .filter(begun -> begun.startsWith(dispatch + " "))
                .ifPresent(begun -> {
                    details.put("begun", begun);
                    details.put("attempt", seen.field().ledgers().attempt());
                });
        result.ifPresent(json -> details.put("result", HistoryEvent.shown(json)));
        return HistoryEvent.record(act.event(), details);
    }

    private static Operation<?> reset(Seen seen, String event) {
        if (seen.field().state() == StepState.DEAD) {
            StepAddress anew =
                    new StepAddress(
                            seen.step().run(), seen.step().step(), seen.definition().handler());
            return new RedriveStep(seen.keys(), anew, seen.stored(), seen.dependencies(), event);
        }
        return new ResetStep(
                seen.keys(),
                seen.step(),
                seen.stored(),
                seen.dependencies(),
                seen.definition().dependency(),
                event);
    }

    private ActResult conclude(
            StepAct act, RunId run, String step, Attribution by, Optional<byte[]> result) {
        return act(
                act,
                run,
                step,
                by,
                result,
                (seen, event) ->
                        new ConcludeStep(
                                seen.keys(),
                                seen.step(),
                                seen.stored(),
                                act.to(),
                                result,
                                seen.graph(),
                                event));
    }

    private static Operation<?> condemn(Seen seen, Attribution by, String event) {
        ForcedFailure forced = ForcedFailure.of(seen, by);
        return new CondemnStep(
                seen.keys(),
                seen.step(),
                seen.stored(),
                seen.definition().dependency(),
                Json.text(forced.error()),
                Json.text(forced.letter()),
                event);
    }
}
