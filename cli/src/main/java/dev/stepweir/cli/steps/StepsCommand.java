package dev.stepweir.cli.steps;

import dev.stepweir.cli.terminal.NounCommand;
import picocli.CommandLine.Command;

/** {@code stepweir steps}. */
@Command(
        name = "steps",
        description = "Act on single steps: each act is kept with who did it and why.",
        subcommands = {
            StepsReset.class,
            StepsResolve.class,
            StepsComplete.class,
            StepsSkip.class,
            StepsForceFail.class
        })
public final class StepsCommand extends NounCommand {}
