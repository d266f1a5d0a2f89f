package dev.stepweir.workflow;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A workflow's steps with both directions of its dependencies worked out. Immutable; every lookup
 * is one hash probe. An unknown step name raises {@link IllegalArgumentException}.
 */
public final class Graph {

    private final Workflow workflow;
    private final Map<String, StepDefinition> steps = new LinkedHashMap<>();
    private final Map<String, List<StepDefinition>> successors = new HashMap<>();
    private final List<String> roots;
    private final List<String> sinks;
    private final List<String> order;
    private final int depth;

    private Graph(Workflow workflow) {
        this.workflow = workflow;
        Map<String, List<StepDefinition>> after = new HashMap<>();
        for (StepDefinition step : workflow.steps()) {
            steps.put(step.name(), step);
            after.put(step.name(), new ArrayList<>());
        }
        for (StepDefinition step : workflow.steps()) {
            for (String dependency : step.dependencies()) {
                after.computeIfAbsent(dependency, name -> new ArrayList<>()).add(step);
            }
        }
        after.forEach((name, list) -> successors.put(name, List.copyOf(list)));
        roots =
                workflow.steps().stream()
                        .filter(step -> step.dependencies().isEmpty())
                        .map(StepDefinition::name)
                        .toList();
        sinks = steps.keySet().stream().filter(name -> successors(name).isEmpty()).toList();
        List<String> ordered = new ArrayList<>(steps.size());
        depth = order(ordered);
        order = Collections.unmodifiableList(ordered);
    }

    /** The graph of a workflow. */
    public static Graph of(Workflow workflow) {
        return new Graph(workflow);
    }

    /** Level by level: a step comes when its last dependency has come. Returns the levels. */
    private int order(List<String> ordered) {
        Map<String, Integer> open = new HashMap<>();
        steps.values().forEach(step -> open.put(step.name(), step.dependencies().size()));
        List<String> level = roots;
        int levels = 0;
        while (!level.isEmpty()) {
            levels++;
            ordered.addAll(level);
            List<String> next = new ArrayList<>();
            for (String name : level) {
                for (StepDefinition successor : successors(name)) {
                    if (open.merge(successor.name(), -1, Integer::sum) == 0) {
                        next.add(successor.name());
                    }
                }
            }
            level = next;
        }
        return levels;
    }

    /** The workflow that this is the graph of. */
    public Workflow workflow() {
        return workflow;
    }

    /** How many steps there are. */
    public int size() {
        return steps.size();
    }

    /** Whether there is a step of this name. */
    public boolean contains(String step) {
        return steps.containsKey(step);
    }

    /** The step of this name. */
    public StepDefinition step(String step) {
        return known(steps, step);
    }

    /** The steps that depend on nothing, in the order of the definition. */
    public List<String> roots() {
        return roots;
    }

    /** The steps that nothing depends on, in the order of the definition. */
    public List<String> sinks() {
        return sinks;
    }

    /** The steps that depend on {@code step}, in the order of the definition. */
    public List<StepDefinition> successors(String step) {
        return known(successors, step);
    }

    /** The steps that {@code step} depends on, in the order in which it names them. */
    public List<String> dependencies(String step) {
        return step(step).dependencies();
    }

    /** Every step after all that it depends on; the same each time. */
    public List<String> topologicalOrder() {
        return order;
    }

    /** Steps on the longest way through; 0 for an empty workflow. */
    public int depth() {
        return depth;
    }

    private <T> T known(Map<String, T> map, String step) {
        T value = map.get(step);
        if (value == null) {
            throw new IllegalArgumentException("no step " + Names.quoted(step) + " in " + workflow);
        }
        return value;
    }
}
