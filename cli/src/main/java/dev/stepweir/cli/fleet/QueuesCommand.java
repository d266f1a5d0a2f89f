package dev.stepweir.cli.fleet;

import dev.stepweir.cli.terminal.NounCommand;
import picocli.CommandLine.Command;

/** {@code stepweir queues}. */
@Command(
        name = "queues",
        description = "Look at queues.",
        subcommands = {QueuesList.class, QueuesPause.class, QueuesResume.class})
public final class QueuesCommand extends NounCommand {}
