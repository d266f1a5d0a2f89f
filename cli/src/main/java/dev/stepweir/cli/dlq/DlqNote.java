package dev.stepweir.cli.dlq;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Operator;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.operator.Attribution;
import dev.stepweir.operator.letters.Investigation;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir dlq note}. */
@Command(
        name = "note",
        description = "Write down how far you are with a dead letter, for others who look at it.")
final class DlqNote implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "LETTER", description = "Its id: <run>/<step>.")
    private String id = "";

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description = "${COMPLETION-CANDIDATES}; as it was if not said.")
    private Investigation.@Nullable Status status;

    @Option(names = "--text", paramLabel = "TEXT", description = "What you found out.")
    private String text = "";

    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "Who writes it; else the name of this account.")
    private String by = Operator.name();

    @Override
    public Integer call() {
        if (status == null && text.isBlank()) {
            throw new ParameterException(
                    spec.commandLine(), "Nothing to note: say --status or --text");
        }
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            switch (session.client()
                    .deadLetters()
                    .note(id, Optional.ofNullable(status), new Attribution(by, text))) {
                case NOTED -> output.say("noted for " + id);
                case CHANGED ->
                        throw new CommandFailure(
                                ExitCode.CONFLICT,
                                "others write notes for " + id + " just now; try again");
                case GONE -> throw DlqShow.missing(id);
            }
            return 0;
        }
    }
}
