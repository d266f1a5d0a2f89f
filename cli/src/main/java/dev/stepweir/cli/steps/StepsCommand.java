package dev.stepweir.cli.steps;

import dev.stepweir.cli.terminal.NounCommand;
import picocli.CommandLine.Command;

/** {@code stepweir steps}. */
@Command(
        name = "steps",
        description = {
            "Look at one step of a run, or act on it by hand.",
            "Each act is kept in the run's history with who did it and why."
        },
        subcommands = {
            StepsShow.class,
            StepsReset.class,
            StepsResolve.class,
            StepsComplete.class,
            StepsSkip.class,
            StepsForceFail.class
        })
public final class StepsCommand extends NounCommand {}
