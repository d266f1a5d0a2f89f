package dev.stepweir.cli.runs;

import dev.stepweir.cli.terminal.Limit;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.RunJson;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.cli.terminal.Table;
import dev.stepweir.cli.terminal.Text;
import dev.stepweir.operator.RunFilter;
import dev.stepweir.operator.RunSummary;
import dev.stepweir.state.RunState;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir runs list}. */
@Command(name = "list", description = "List runs, the latest opened or closed first.")
final class RunsList implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(
            names = "--state",
            split = ",",
            paramLabel = "STATE",
            description = "Only those in these states: ${COMPLETION-CANDIDATES}.")
    private Set<RunState> states = EnumSet.noneOf(RunState.class);

    @Option(names = "--workflow", paramLabel = "NAME", description = "Only those of this workflow.")
    private Optional<String> workflow = Optional.empty();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "At most so many (${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Override
    public Integer call() {
        Limit.check(spec, limit);
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            List<RunSummary> runs = session.client().runs().list(filter(), limit);
            if (json) {
                output.json(runs.stream().map(RunJson::of).toList());
                return 0;
            }
            Table table = new Table("RUN", "STATUS", "WORKFLOW", "SUBMITTED", "FINISHED", "DEAD");
            for (RunSummary run : runs) {
                table.row(
                        run.id(),
                        run.state(),
                        run.workflow(),
                        Text.time(run.submitted()),
                        Text.time(run.finished()),
                        run.deadSteps());
            }
            table.print(output.out());
            return 0;
        }
    }

    private RunFilter filter() {
        RunFilter filter = states.isEmpty() ? RunFilter.ALL : RunFilter.ALL.inStates(states);
        return workflow.map(filter::ofWorkflow).orElse(filter);
    }
}
