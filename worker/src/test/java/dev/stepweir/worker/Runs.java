package dev.stepweir.worker;

import dev.stepweir.json.Json;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.script.StartRun;
import dev.stepweir.redis.script.StartRun.Root;
import dev.stepweir.redis.script.SubmitRun;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.StepDefinition;
import dev.stepweir.workflow.Workflow;
import dev.stepweir.workflow.WorkflowJson;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Submits and starts runs as an orchestrator would, and reads what became of them. */
final class Runs implements AutoCloseable {

    final Redis redis;
    final Namespace namespace;
    final RunStore store;

    Runs(String uri, String namespaceName) {
        redis = Redis.connect(uri, "test");
        namespace = Namespace.open(redis, namespaceName);
        store = new RunStore(redis);
    }

    RunId start(Workflow workflow, @Nullable Object input) {
        RunId run = namespace.newRunId();
        new SubmitRun(
                        namespace.keys(run),
                        run,
                        workflow.hash(),
                        WorkflowJson.write(workflow),
                        workflow.name(),
                        Json.write(input),
                        "")
                .run(redis.scripts());
        Graph graph = Graph.of(workflow);
        List<Root> roots =
                graph.roots().stream()
                        .map(step -> new Root(step, graph.step(step).handler()))
                        .toList();
        List<String> queues =
                workflow.steps().stream().map(StepDefinition::handler).distinct().toList();
        new StartRun(namespace.keys(run), run, "", queues, roots).run(redis.scripts());
        return run;
    }

    RunState state(RunId run) {
        return store.head(namespace.keys(run), run).map(RunHead::state).orElseThrow();
    }

    StepField step(RunId run, String step) {
        return store.step(namespace.keys(run), run, step);
    }

    StepState stepState(RunId run, String step) {
        return step(run, step).state();
    }

    Optional<String> output(RunId run, String step) {
        Keys keys = namespace.keys(run);
        return store.value(keys, run, StepFields.output(step)).map(Bytes::text);
    }

    @Override
    public void close() {
        redis.close();
    }
}
