package dev.stepweir.cli.steps;

import dev.stepweir.operator.Attribution;
import dev.stepweir.operator.acts.ActResult;
import dev.stepweir.operator.acts.StepAct;
import dev.stepweir.operator.acts.Steps;
import dev.stepweir.run.RunId;
import picocli.CommandLine.Command;

/** {@code stepweir steps resolve}. */
@Command(
        name = "resolve",
        description = {
            "Count a step as succeeded that was done elsewhere; it has no result.",
            "What waits for it goes on."
        })
final class StepsResolve extends ActCommand {

    StepsResolve() {
        super(StepAct.RESOLVE);
    }

    @Override
    ActResult act(Steps steps, RunId run, String step, Attribution by) {
        return steps.resolve(run, step, by);
    }
}
