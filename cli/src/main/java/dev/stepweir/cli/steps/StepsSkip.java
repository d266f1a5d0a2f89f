package dev.stepweir.cli.steps;

import dev.stepweir.operator.Attribution;
import dev.stepweir.operator.acts.ActResult;
import dev.stepweir.operator.acts.StepAct;
import dev.stepweir.operator.acts.Steps;
import dev.stepweir.run.RunId;
import picocli.CommandLine.Command;

/** {@code stepweir steps skip}. */
@Command(
        name = "skip",
        description = {
            "Do without a step: it counts as skipped.",
            "What waits for it goes on, with null in place of its result."
        })
final class StepsSkip extends ActCommand {

    StepsSkip() {
        super(StepAct.SKIP);
    }

    @Override
    ActResult act(Steps steps, RunId run, String step, Attribution by) {
        return steps.skip(run, step, by);
    }
}
