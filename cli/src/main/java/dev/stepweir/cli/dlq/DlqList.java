package dev.stepweir.cli.dlq;

import dev.stepweir.cli.terminal.Limit;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.cli.terminal.Table;
import dev.stepweir.cli.terminal.Text;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.operator.letters.DeadLetterView;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir dlq list}. */
@Command(name = "list", description = "List dead letters, the latest dead first.")
final class DlqList implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Mixin private ReadOptions which;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "At most so many (${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Override
    public Integer call() {
        Limit.check(spec, limit);
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            StepweirClient client = session.client();
            List<DeadLetterView> letters =
                    client.deadLetters().list(which.filter(client.runs()), limit);
            if (json) {
                output.json(letters.stream().map(LetterJson::of).toList());
                return 0;
            }
            Table table =
                    new Table(
                            "ID",
                            "HANDLER",
                            "REASON",
                            "STATE",
                            "ATTEMPTS",
                            "DIED",
                            "GROUP",
                            "ERROR");
            for (DeadLetterView view : letters) {
                table.row(
                        view.letter().id(),
                        view.letter().handler(),
                        view.letter().reason(),
                        view.state().map(Enum::name).orElse(Text.NONE),
                        view.letter().attempts(),
                        Text.time(view.died()),
                        view.errorGroup(),
                        view.letter().error().message());
            }
            table.print(output.out());
            return 0;
        }
    }
}
