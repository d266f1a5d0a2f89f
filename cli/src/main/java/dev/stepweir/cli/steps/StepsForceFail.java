package dev.stepweir.cli.steps;

import dev.stepweir.operator.Attribution;
import dev.stepweir.operator.acts.ActResult;
import dev.stepweir.operator.acts.StepAct;
import dev.stepweir.operator.acts.Steps;
import dev.stepweir.run.RunId;
import picocli.CommandLine.Command;

/** {@code stepweir steps force-fail}. */
@Command(
        name = "force-fail",
        description = {
            "Give a step up: it becomes a dead letter, whatever attempts are left.",
            "A worker that executes it has lost it."
        })
final class StepsForceFail extends ActCommand {

    StepsForceFail() {
        super(StepAct.FORCE_FAIL);
    }

    @Override
    ActResult act(Steps steps, RunId run, String step, Attribution by) {
        return steps.forceFail(run, step, by);
    }
}
