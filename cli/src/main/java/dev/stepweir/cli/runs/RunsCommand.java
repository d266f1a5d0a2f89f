package dev.stepweir.cli.runs;

import dev.stepweir.cli.terminal.NounCommand;
import picocli.CommandLine.Command;

/** {@code stepweir runs}. */
@Command(
        name = "runs",
        description = "Look at runs, wait for them, pause, resume, cancel or purge them.",
        subcommands = {
            RunsList.class,
            RunsShow.class,
            RunsHistory.class,
            RunsWait.class,
            RunsPause.class,
            RunsResume.class,
            RunsCancel.class,
            RunsPurge.class
        })
public final class RunsCommand extends NounCommand {}
