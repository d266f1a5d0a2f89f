package dev.stepweir.operator.explain;

import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.UnknownStepException;
import dev.stepweir.operator.explain.Explanation.OfStep;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.LostDefinitionException;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.StepDefinition;
import dev.stepweir.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Answers "why is it not running?". Thread-safe. */
public final class Explanations {

    /** Steps explained of one run; a wide run has thousands that wait for the same. */
    static final int MOST_STEPS = 50;

    private static final List<String> OF_RUN =
            List.of(
                    "head",
                    "submitted",
                    "finished",
                    "why",
                    "paused",
                    RunRetry.WAITS_FOR,
                    RunDeadline.FIELD);

    private static final Graph NO_STEPS = Graph.of(Workflow.builder("lost").build());

    private final Redis redis;
    private final Namespace namespace;
    private final RunStore runs;
    private final WorkflowStore workflows;

    /** Over a connection that the caller keeps and closes. */
    public Explanations(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
        this.runs = new RunStore(redis);
        this.workflows = new WorkflowStore(redis);
    }

    /** Why a run is where it is; empty when there is no such run. */
    public Optional<Explanation> explain(RunId run) {
        return explain(run, this::ofRun);
    }

    /**
     * Why a step is where it is; empty when there is no such run.
     *
     * @throws UnknownStepException when the run has no such step
     */
    public Optional<Explanation> explain(RunId run, String step) {
        return explain(run, seen -> ofStep(seen, step));
    }

    private Optional<Explanation> explain(RunId run, Function<SeenRun, Explanation> how) {
        return redis.retrying(() -> {
            try {
                return read(run).map(how);
            } catch (LostDefinitionException lost) {
                return withoutSteps(run);
            }
        });
    }

    /** What can be told of a run whose definition is lost. */
    private Optional<Explanation> withoutSteps(RunId run) {
        List<String> names = new ArrayList<>(OF_RUN);
        names.add("name");
        Map<String, String> fields = runs.fields(namespace.keys(run), run, names);
        return seen(run, NO_STEPS, fields)
                .map(seen ->
                        new Explanation(
                                run,
                                seen.head().state(),
                                seen.field("name").orElse(""),
                                Optional.of(RunGate.withoutDefinition(seen)),
                                List.of(),
                                0));
    }

    private Explanation ofStep(SeenRun run, String name) {
        List<String> names =
                run.graph().workflow().steps().stream().map(StepDefinition::name).toList();
        if (!names.contains(name)) {
            throw new UnknownStepException(run.id(), name, names);
        }
        return told(run, Optional.empty(), List.of(name), 0);
    }

    private Explanation ofRun(SeenRun run) {
        Optional<Cause> cause = RunGate.ofRun(run, new Facts(redis, namespace));
        List<String> front = new ArrayList<>();
        long behind = 0;
        for (StepDefinition step : run.graph().workflow().steps()) {
            StepState state = run.step(step.name()).state();
            boolean waitsForOthers =
                    state == StepState.PENDING
                            && step.dependencies().stream().anyMatch(name -> !isDone(run, name));
            if (state.isFinal() || (cause.isPresent() && state != StepState.DEAD)) {
                continue;
            }
            if (waitsForOthers || front.size() >= MOST_STEPS) {
                behind++;
            } else {
                front.add(step.name());
            }
        }
        return told(run, cause, front, behind);
    }

    private static boolean isDone(SeenRun run, String step) {
        return run.step(step).state().isFinal();
    }

    private static Explanation told(
            SeenRun run, Optional<Cause> cause, List<String> steps, long behind) {
        List<OfStep> told = new ArrayList<>();
        for (String name : steps) {
            List<Cause> because = run.because(name);
            String handler = run.graph().step(name).handler();
            told.add(new OfStep(name, handler, status(run.step(name).state(), because), because));
        }
        return new Explanation(
                run.id(), run.head().state(), run.graph().workflow().name(), cause, told, behind);
    }

    /** One that a worker holds is running, as everywhere else. */
    private static StepStatus status(StepState stored, List<Cause> because) {
        boolean held =
                because.stream()
                        .anyMatch(cause ->
                                cause instanceof Cause.Running
                                        || cause instanceof Cause.AwaitsReaper);
        return held ? StepStatus.RUNNING : StepStatus.valueOf(stored.name());
    }

    private Optional<SeenRun> read(RunId run) {
        Keys keys = namespace.keys(run);
        Optional<RunHead> head = runs.head(keys, run);
        Optional<Graph> graph = head.flatMap(known -> workflows.of(keys, run, known));
        if (graph.isEmpty()) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>(OF_RUN);
        for (StepDefinition step : graph.get().workflow().steps()) {
            names.add(StepFields.state(step.name()));
            names.add(StepFields.error(step.name()));
            names.add(StepFields.begun(step.name()));
            names.add(StepFields.wait(step.name()));
        }
        return seen(run, graph.get(), runs.fields(keys, run, names));
    }

    private Optional<SeenRun> seen(RunId run, Graph graph, Map<String, String> fields) {
        return Optional.ofNullable(fields.get("head"))
                .map(text ->
                        new SeenRun(
                                run,
                                RunHead.parse(text),
                                graph,
                                fields,
                                new Facts(redis, namespace)));
    }
}
