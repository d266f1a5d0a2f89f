package dev.stepweir.worker;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.script.AdvanceSteps;
import dev.stepweir.redis.script.AdvanceSteps.Successor;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepFields;
import dev.stepweir.workflow.BreakerPolicy;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.StepDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A definition as a lane needs it: per step, ready to send, whom its success unblocks. */
final class Plan {

    /**
     * One step.
     *
     * @param committed how its success is sent
     * @param guard the circuit breaker that it runs under
     */
    record Step(
            StepDefinition definition, AdvanceSteps.Step committed, BreakerPolicy guard) {

        List<String> dependencies() {
            return definition.dependencies();
        }
    }

    private final String workflow;
    private final Map<String, Step> steps = new HashMap<>();

    Plan(Graph graph) {
        workflow = graph.workflow().name();
        for (StepDefinition step : graph.workflow().steps()) {
            steps.put(step.name(), plan(graph, step));
        }
    }

    String workflow() {
        return workflow;
    }

    Step step(String name) {
        Step step = steps.get(name);
        if (step == null) {
            throw new IllegalStateException(
                    "workflow '" + workflow + "' has no step '" + name + "'");
        }
        return step;
    }

    private static Step plan(Graph graph, StepDefinition step) {
        List<Successor> successors = new ArrayList<>();
        for (StepDefinition next : graph.successors(step.name())) {
            successors.add(
                    new Successor(
                            Bytes.of(StepFields.state(next.name())),
                            Bytes.of(next.dependencies().size()),
                            next.handler(),
                            Bytes.of(QueueEntry.announcement(next.name(), next.dependencies()))));
        }
        if (successors.isEmpty()) {
            successors.add(
                    new Successor(
                            Bytes.of(StepFields.END),
                            Bytes.of(graph.sinks().size()),
                            "",
                            Bytes.EMPTY));
        }
        return new Step(
                step,
                new AdvanceSteps.Step(
                        step.handler(),
                        StepFields.state(step.name()),
                        StepFields.output(step.name()),
                        graph.workflow().hash(),
                        successors),
                step.guard());
    }
}
