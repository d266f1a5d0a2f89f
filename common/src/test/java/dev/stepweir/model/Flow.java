package dev.stepweir.model;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.script.AdvanceSteps;
import dev.stepweir.redis.script.AdvanceSteps.Successor;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepFields;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.StepDefinition;
import dev.stepweir.workflow.Workflow;
import dev.stepweir.workflow.WorkflowJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A workflow as clients, orchestrators and workers know it. */
final class Flow {

    static final String WORK = "work";
    static final String OTHER = "other";

    static final List<Flow> ALL =
            List.of(
                    new Flow(Workflow.builder("empty").build()),
                    new Flow(Workflow.builder("single").step("a", s -> on(s, WORK)).build()),
                    new Flow(
                            Workflow.builder("chain")
                                    .step("a", s -> on(s, WORK))
                                    .step("b", s -> on(s, WORK).after("a"))
                                    .step("c", s -> on(s, OTHER).after("b"))
                                    .build()),
                    new Flow(
                            Workflow.builder("diamond")
                                    .step("a", s -> on(s, WORK))
                                    .step("b", s -> on(s, WORK).after("a"))
                                    .step("c", s -> on(s, OTHER).after("a"))
                                    .step("d", s -> on(s, WORK).after("b", "c"))
                                    .build()),
                    new Flow(
                            Workflow.builder("wide")
                                    .step("a", s -> on(s, WORK))
                                    .step("b", s -> on(s, OTHER))
                                    .step("d", s -> on(s, WORK))
                                    .build()),
                    new Flow(
                            Workflow.builder("ends")
                                    .step("a", s -> on(s, WORK))
                                    .step("b", s -> on(s, OTHER))
                                    .step("c", s -> on(s, WORK).after("a"))
                                    .build()));

    private final Workflow workflow;
    private final Graph graph;
    private final byte[] json;
    private final Map<String, AdvanceSteps.Step> plans = new LinkedHashMap<>();

    private Flow(Workflow workflow) {
        this.workflow = workflow;
        this.graph = Graph.of(workflow);
        this.json = WorkflowJson.write(workflow);
        workflow.steps().forEach(step -> plans.put(step.name(), plan(step)));
    }

    /** A breaker may hold back any of them. */
    private static StepDefinition.Builder on(StepDefinition.Builder step, String queue) {
        return step.handler(queue).breaker(World.DEPENDENCY);
    }

    private AdvanceSteps.Step plan(StepDefinition step) {
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
            byte[] ends = Bytes.of(graph.sinks().size());
            successors.add(new Successor(Bytes.of(StepFields.END), ends, "", Bytes.EMPTY));
        }
        return new AdvanceSteps.Step(
                step.handler(),
                StepFields.state(step.name()),
                StepFields.output(step.name()),
                workflow.hash(),
                successors);
    }

    AdvanceSteps.Step plan(String step) {
        return Optional.ofNullable(plans.get(step)).orElseThrow();
    }

    Graph graph() {
        return graph;
    }

    Workflow workflow() {
        return workflow;
    }

    byte[] json() {
        return json;
    }

    String hash() {
        return workflow.hash();
    }

    List<String> steps() {
        return List.copyOf(plans.keySet());
    }

    List<String> roots() {
        return graph.roots();
    }

    List<StepDefinition> successors(String step) {
        return graph.successors(step);
    }

    int ends() {
        return graph.sinks().size();
    }

    List<String> dependencies(String step) {
        return graph.dependencies(step);
    }

    String announcement(String step) {
        return QueueEntry.announcement(step, dependencies(step));
    }

    List<String> queues() {
        return workflow.steps().stream().map(StepDefinition::handler).distinct().toList();
    }

    StepAddress address(RunId run, String step) {
        return new StepAddress(run, step, graph.step(step).handler());
    }

    static Flow ofHash(String hash) {
        return ALL.stream().filter(flow -> flow.hash().equals(hash)).findFirst().orElseThrow();
    }
}
