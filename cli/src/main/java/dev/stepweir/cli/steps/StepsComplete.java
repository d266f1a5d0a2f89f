package dev.stepweir.cli.steps;

import dev.stepweir.cli.terminal.JsonArgument;
import dev.stepweir.operator.Attribution;
import dev.stepweir.operator.acts.ActResult;
import dev.stepweir.operator.acts.StepAct;
import dev.stepweir.operator.acts.Steps;
import dev.stepweir.run.RunId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** {@code stepweir steps complete}. */
@Command(
        name = "complete",
        description = {
            "Count a step as succeeded, with a result given by hand.",
            "The result flows on as if the handler had returned it."
        })
final class StepsComplete extends ActCommand {

    @Option(
            names = "--result",
            required = true,
            paramLabel = "JSON|@FILE",
            description = "The result, as JSON or @ and a file of it.")
    private String result = "";

    private JsonNode value = NullNode.getInstance();

    StepsComplete() {
        super(StepAct.COMPLETE);
    }

    @Override
    void prepare() {
        value = JsonArgument.read("--result", result);
    }

    @Override
    ActResult act(Steps steps, RunId run, String step, Attribution by) {
        return steps.complete(run, step, value, by);
    }
}
