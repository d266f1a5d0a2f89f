package dev.stepweir.cli.breakers;

import dev.stepweir.cli.terminal.NounCommand;
import picocli.CommandLine.Command;

/** {@code stepweir breakers}. */
@Command(
        name = "breakers",
        description = "Look at circuit breakers, and open, close or reset them.",
        subcommands = {
            BreakersList.class,
            BreakersOpen.class,
            BreakersClose.class,
            BreakersReset.class
        })
public final class BreakersCommand extends NounCommand {}
