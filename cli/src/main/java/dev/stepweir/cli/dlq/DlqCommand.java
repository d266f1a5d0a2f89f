package dev.stepweir.cli.dlq;

import dev.stepweir.cli.terminal.NounCommand;
import picocli.CommandLine.Command;

/** {@code stepweir dlq}. */
@Command(
        name = "dlq",
        description = "Look at dead letters, mend them and put them back to work.",
        subcommands = {
            DlqList.class,
            DlqShow.class,
            DlqStats.class,
            DlqExport.class,
            DlqRetry.class,
            DlqNote.class,
            DlqEdit.class,
            DlqPurge.class
        })
public final class DlqCommand extends NounCommand {}
