package dev.stepweir.cli.dlq;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Operator;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.operator.DeadLetters;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir dlq retry}. */
@Command(
        name = "retry",
        description = "Put dead letters back to work with all their attempts before them.")
final class DlqRetry implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "LETTER", arity = "1..*", description = "Ids: <run>/<step>.")
    private List<String> ids;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
    private String reason = "";

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            DeadLetters letters = session.client().deadLetters();
            for (String id : ids) {
                retry(letters, id, output);
            }
            return 0;
        }
    }

    private void retry(DeadLetters letters, String id, Output output) {
        switch (letters.redrive(id, Operator.name(), reason)) {
            case PUBLISHED -> output.say(id + " is back at work");
            case ALREADY -> output.say(id + " is not dead (any more)");
            case RUN_CLOSED ->
                    throw new CommandFailure(
                            ExitCode.CONFLICT, id + " belongs to a run that is closed");
            case GONE -> throw new CommandFailure(ExitCode.CONFLICT, "there is no step " + id);
        }
    }
}
