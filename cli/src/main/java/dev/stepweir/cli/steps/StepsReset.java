package dev.stepweir.cli.steps;

import dev.stepweir.operator.Attribution;
import dev.stepweir.operator.acts.ActResult;
import dev.stepweir.operator.acts.StepAct;
import dev.stepweir.operator.acts.Steps;
import dev.stepweir.run.RunId;
import picocli.CommandLine.Command;

/** {@code stepweir steps reset-for-retry}. */
@Command(
        name = "reset-for-retry",
        description = {
            "Publish a step at once, with all its attempts before it.",
            "What it has kept so far stays. A worker that executes it has lost it."
        })
final class StepsReset extends ActCommand {

    StepsReset() {
        super(StepAct.RESET);
    }

    @Override
    ActResult act(Steps steps, RunId run, String step, Attribution by) {
        return steps.reset(run, step, by);
    }
}
