package dev.stepweir.worker;

import dev.stepweir.failure.ErrorHandlingConfig;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.script.AdvanceSteps;
import dev.stepweir.redis.script.AdvanceSteps.Successor;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepFields;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.QueueName;
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
     * @param committedAlone the same for one that was taken from the queue for suspects
     */
    record Step(
            StepDefinition definition,
            AdvanceSteps.Step committed,
            AdvanceSteps.Step committedAlone) {

        /** How the success is sent of one that was taken from a queue. */
        AdvanceSteps.Step committedFrom(String queue) {
            return QueueName.isSolo(queue) ? committedAlone : committed;
        }

        List<String> dependencies() {
            return definition.dependencies();
        }
    }

    private final String workflow;
    private final ErrorHandlingConfig errorHandling;
    private final Map<String, Step> steps = new HashMap<>();

    Plan(Graph graph) {
        workflow = graph.workflow().name();
        errorHandling = graph.workflow().errorHandling();
        // Hashing a definition means writing it: once for all of its steps.
        String hash = graph.workflow().hash();
        for (StepDefinition step : graph.workflow().steps()) {
            steps.put(step.name(), plan(graph, hash, step));
        }
    }

    String workflow() {
        return workflow;
    }

    ErrorHandlingConfig errorHandling() {
        return errorHandling;
    }

    Step step(String name) {
        Step step = steps.get(name);
        if (step == null) {
            throw new IllegalStateException(
                    "workflow '" + workflow + "' has no step '" + name + "'");
        }
        return step;
    }

    private static Step plan(Graph graph, String hash, StepDefinition step) {
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
                committed(hash, step, QueueName.of(step.handler(), false), successors),
                committed(hash, step, QueueName.of(step.handler(), true), successors));
    }

    private static AdvanceSteps.Step committed(
            String hash, StepDefinition step, String queue, List<Successor> successors) {
        return new AdvanceSteps.Step(
                queue,
                StepFields.state(step.name()),
                StepFields.output(step.name()),
                hash,
                successors);
    }
}
