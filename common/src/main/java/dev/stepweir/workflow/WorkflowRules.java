package dev.stepweir.workflow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The rules of {@link Workflow}. All are checked, so that one look at the faults is enough. */
final class WorkflowRules {

    /** Looking for what somebody meant costs a look at every step; after so many it is no help. */
    private static final int MOST_SUGGESTIONS = 20;

    private final List<StepDefinition> steps;
    private final Faults faults;
    private final Map<String, Integer> places = new HashMap<>();

    /** Per step the dependencies that exist, as indices; what the search for cycles walks on. */
    private final List<List<Integer>> before = new ArrayList<>();

    private int suggestions;

    private WorkflowRules(List<StepDefinition> steps, Faults faults) {
        this.steps = steps;
        this.faults = faults;
    }

    /** Adds everything that is wrong with a workflow of these parts. */
    static void check(
            String name,
            String namespaceName,
            String version,
            String description,
            List<StepDefinition> steps,
            Optional<Duration> timeout,
            Faults faults) {
        Names.check("name", name, faults);
        if (!Names.validNamespace(namespaceName)) {
            faults.add(
                    "namespace_name",
                    Names.quoted(namespaceName),
                    Names.NAMESPACE_ALLOWED,
                    "is no namespace");
        }
        Names.check("version", version, faults);
        Names.checkText("description", description, faults);
        timeout.ifPresent(time -> faults.checkTime("timeout_ms", time, Duration.ofMillis(1)));
        if (steps.size() > Workflow.MAX_STEPS) {
            faults.add(
                    "steps",
                    steps.size() + " steps",
                    "at most " + Workflow.MAX_STEPS,
                    "has too many steps");
        }
        WorkflowRules rules = new WorkflowRules(steps, faults);
        rules.checkSteps();
        rules.checkDependencies();
        rules.checkOrder();
    }

    private void checkSteps() {
        for (int i = 0; i < steps.size(); i++) {
            StepDefinition step = steps.get(i);
            String path = "steps[" + i + "]";
            Names.check(path + ".name", step.name(), faults);
            Names.check(path + ".handler", step.handler(), faults);
            if (QueueName.isSolo(step.handler())) {
                faults.add(
                        path + ".handler",
                        Names.quoted(step.handler()),
                        "another name",
                        "must not end in '" + QueueName.SOLO + "'");
            }
            Names.checkText(path + ".description", step.description(), faults);
            Integer first = places.putIfAbsent(step.name(), i);
            if (first != null) {
                faults.add(
                        path + ".name",
                        Names.quoted(step.name()),
                        "a name of its own",
                        "is the name of steps[" + first + "] already");
            }
            step.breaker().ifPresent(policy -> policy.check(path + ".circuit_breaker", faults));
            step.timeout()
                    .ifPresent(time ->
                            faults.checkTime(path + ".timeout_ms", time, Duration.ofMillis(1)));
        }
    }

    private void checkDependencies() {
        for (int i = 0; i < steps.size(); i++) {
            List<String> dependencies = steps.get(i).dependencies();
            if (dependencies.size() > Workflow.MAX_DEPENDENCIES) {
                faults.add(
                        "steps[" + i + "].dependencies",
                        dependencies.size() + " dependencies",
                        "at most " + Workflow.MAX_DEPENDENCIES,
                        "has too many dependencies");
            }
            List<Integer> known = new ArrayList<>();
            Set<String> seen = new HashSet<>();
            for (int j = 0; j < dependencies.size(); j++) {
                checkDependency(i, j, seen, known);
            }
            before.add(known);
        }
    }

    private void checkDependency(int step, int index, Set<String> seen, List<Integer> known) {
        String dependency = steps.get(step).dependencies().get(index);
        String path = "steps[" + step + "].dependencies[" + index + "]";
        Integer target = places.get(dependency);
        if (!seen.add(dependency)) {
            faults.add(path, Names.quoted(dependency), "each step once", "is named twice");
        } else if (dependency.equals(steps.get(step).name())) {
            faults.add(path, Names.quoted(dependency), "other steps", "a step cannot await itself");
        } else if (target == null) {
            faults.add(
                    path,
                    Names.quoted(dependency),
                    "the name of a step",
                    "there is no such step" + suggestion(dependency));
        } else {
            known.add(target);
        }
    }

    private String suggestion(String name) {
        if (suggestions >= MOST_SUGGESTIONS) {
            return "";
        }
        suggestions++;
        return Names.meant(name, places.keySet());
    }

    /** Takes away what can be ordered, level by level; what remains waits for a cycle. */
    private void checkOrder() {
        int[] open = new int[steps.size()];
        List<List<Integer>> after = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            after.add(new ArrayList<>());
        }
        List<Integer> level = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            open[i] = before.get(i).size();
            for (int dependency : before.get(i)) {
                after.get(dependency).add(i);
            }
            if (open[i] == 0) {
                level.add(i);
            }
        }
        int depth = 0;
        while (!level.isEmpty()) {
            depth++;
            List<Integer> next = new ArrayList<>();
            for (int step : level) {
                for (int successor : after.get(step)) {
                    if (--open[successor] == 0) {
                        next.add(successor);
                    }
                }
            }
            level = next;
        }
        if (depth > Workflow.MAX_DEPTH) {
            faults.add(
                    "steps",
                    "a chain of " + depth + " steps",
                    "at most " + Workflow.MAX_DEPTH,
                    "is too deep");
        }
        reportCycles(open);
    }

    /** Follows open dependencies from each step that remains until a step is met again. */
    private void reportCycles(int[] open) {
        int[] walkOf = new int[steps.size()];
        for (int start = 0; start < steps.size(); start++) {
            List<Integer> walk = new ArrayList<>();
            int step = start;
            while (open[step] > 0 && walkOf[step] == 0) {
                walkOf[step] = start + 1;
                walk.add(step);
                step = firstOpen(step, open);
            }
            int met = walk.isEmpty() || walkOf[step] != start + 1 ? -1 : walk.indexOf(step);
            if (met >= 0) {
                reportCycle(walk.subList(met, walk.size()));
            }
        }
    }

    private int firstOpen(int step, int[] open) {
        for (int dependency : before.get(step)) {
            if (open[dependency] > 0) {
                return dependency;
            }
        }
        throw new IllegalStateException("a step that waits has a dependency that waits");
    }

    /** The walk goes from a step to its dependency; people read a cycle the way that work flows. */
    private void reportCycle(List<Integer> walk) {
        List<Integer> cycle = new ArrayList<>(walk).reversed();
        Collections.rotate(cycle, -cycle.indexOf(Collections.min(cycle)));
        StringBuilder path = new StringBuilder();
        for (int step : cycle) {
            path.append(steps.get(step).name()).append(" -> ");
        }
        StepDefinition first = steps.get(cycle.getFirst());
        path.append(first.name());
        int closing = first.dependencies().indexOf(steps.get(cycle.getLast()).name());
        faults.add(
                "steps[" + cycle.getFirst() + "].dependencies[" + closing + "]",
                path.toString(),
                "dependencies without a cycle",
                "closes a cycle");
    }
}
