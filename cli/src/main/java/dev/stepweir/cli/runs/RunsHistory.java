package dev.stepweir.cli.runs;

import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.RunJson;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.cli.terminal.Table;
import dev.stepweir.cli.terminal.Text;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.Runs;
import dev.stepweir.run.RunId;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir runs history}. */
@Command(name = "history", description = "Tell what happened to a run, in the order of time.")
final class RunsHistory implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = RunReference.HELP)
    private RunReference asked;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            Runs runs = session.client().runs();
            RunId run = asked.find(runs);
            List<HistoryEntry> entries = runs.history(run);
            if (entries.isEmpty()) {
                throw RunReference.missing(run);
            }
            if (json) {
                output.json(entries.stream().map(RunJson::of).toList());
                return 0;
            }
            Table table = new Table("AT", "STEP", "EVENT", "STATE", "DETAILS");
            for (HistoryEntry entry : entries) {
                table.row(
                        Text.exactTime(entry.at()),
                        entry.step().orElse(Text.NONE),
                        entry.event(),
                        entry.state(),
                        HistoryDetails.text(entry));
            }
            table.print(output.out());
            return 0;
        }
    }
}
