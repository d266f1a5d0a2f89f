package dev.stepweir.operator.letters;

import dev.stepweir.json.Json;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RunStore;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.workflow.Graph;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/** What flows into a step, as its handler gets it. */
final class StepInput {

    private final RunStore runs;

    StepInput(RunStore runs) {
        this.runs = runs;
    }

    JsonNode read(Keys keys, RunId run, Graph graph, String step, StepField field) {
        if (field.ledgers().isEdited()) {
            return value(keys, run, StepFields.input(step));
        }
        List<String> dependencies = graph.dependencies(step);
        if (dependencies.isEmpty()) {
            return value(keys, run, "input");
        }
        if (dependencies.size() == 1) {
            return value(keys, run, StepFields.output(dependencies.getFirst()));
        }
        ObjectNode object = Json.mapper().createObjectNode();
        dependencies.forEach(name -> object.set(name, value(keys, run, StepFields.output(name))));
        return object;
    }

    private JsonNode value(Keys keys, RunId run, String field) {
        return runs.value(keys, run, field).map(Json::tree).orElse(NullNode.getInstance());
    }
}
