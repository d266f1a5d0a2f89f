package dev.stepweir.cli.fleet;

import dev.stepweir.cli.terminal.NounCommand;
import picocli.CommandLine.Command;

/** {@code stepweir workers}. */
@Command(
        name = "workers",
        description = "Look at workers.",
        subcommands = {WorkersList.class})
public final class WorkersCommand extends NounCommand {}
