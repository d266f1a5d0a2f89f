package dev.stepweir.cli.steps;

import dev.stepweir.cli.terminal.NounCommand;
import picocli.CommandLine.Command;

/** {@code stepweir steps}. */
@Command(
        name = "steps",
        description = "Look at one step of a run.",
        subcommands = {StepsShow.class})
public final class StepsCommand extends NounCommand {}
