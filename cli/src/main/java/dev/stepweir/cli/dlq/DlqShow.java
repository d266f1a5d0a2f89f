package dev.stepweir.cli.dlq;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.json.Json;
import dev.stepweir.operator.letters.DeadLetterView;
import dev.stepweir.operator.letters.DeadLetters;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir dlq show}. */
@Command(name = "show", description = "Show a dead letter with all that is known of its end.")
final class DlqShow implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "LETTER", description = "Its id: <run>/<step>.")
    private String id;

    @Option(names = "--json", description = "Print one JSON object on one line.")
    private boolean json;

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            DeadLetters letters = session.client().deadLetters();
            DeadLetterView letter = letters.show(id).orElseThrow(() -> missing(id));
            Map<String, @Nullable Object> shown = LetterJson.whole(letter, letters);
            if (json) {
                output.json(shown);
            } else {
                output.line(Json.pretty(shown));
            }
            return 0;
        }
    }

    static CommandFailure missing(String id) {
        return new CommandFailure(ExitCode.CONFLICT, "there is no dead letter " + id);
    }
}
