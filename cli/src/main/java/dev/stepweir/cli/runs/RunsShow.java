package dev.stepweir.cli.runs;

import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.RunJson;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.cli.terminal.Table;
import dev.stepweir.cli.terminal.Text;
import dev.stepweir.json.Json;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.Runs;
import dev.stepweir.operator.StepView;
import dev.stepweir.run.RunId;
import dev.stepweir.text.Durations;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir runs show}. */
@Command(name = "show", description = "Show a run and its steps.")
final class RunsShow implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = RunReference.HELP)
    private RunReference asked;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            Runs runs = session.client().runs();
            RunId run = asked.find(runs);
            RunView view = runs.show(run).orElseThrow(() -> RunReference.missing(run));
            if (json) {
                output.json(RunJson.of(view));
            } else {
                print(view, output);
            }
            return 0;
        }
    }

    private static void print(RunView run, Output output) {
        output.line("run       " + run.id());
        output.line("workflow  " + Text.oneLine(run.workflow() + " " + run.version()));
        output.line("status    " + run.state());
        run.key().ifPresent(key -> output.line("key       " + Text.oneLine(key)));
        if (run.attempt() > 1 || run.nextRetryAt().isPresent()) {
            output.line("attempt   " + run.attempt());
        }
        run.nextRetryAt().ifPresent(due -> output.line("next      " + Text.exactTime(due)));
        run.deadline().ifPresent(due -> output.line("deadline  " + Text.exactTime(due)));
        run.why().ifPresent(why -> output.line("why       " + Text.oneLine(why)));
        run.paused().ifPresent(p -> output.line("paused    " + Text.oneLine(p.sentence())));
        output.line("submitted " + Text.time(run.submitted()));
        output.line("started   " + Text.time(run.started()));
        output.line("finished  " + Text.time(run.finished()));
        output.line("");
        Table table = new Table("STEP", "STATE", "ATTEMPT", "WORKER", "TOOK", "NOTE");
        for (StepView step : run.steps()) {
            table.row(
                    step.name(),
                    step.state(),
                    step.attempt(),
                    step.worker().orElse(Text.NONE),
                    took(step),
                    note(step));
        }
        table.print(output.out());
        if (!run.output().isNull()) {
            output.line("");
            output.line(Json.pretty(run.output()));
        }
    }

    private static String took(StepView step) {
        return step.from()
                .flatMap(from -> step.to().map(to -> Duration.between(from, to)))
                .map(RunsShow::roughly)
                .orElse(Text.NONE);
    }

    /** From one second on, milliseconds only take room in a table. */
    private static String roughly(Duration time) {
        return Durations.text(time.toSeconds() > 0 ? time.truncatedTo(ChronoUnit.SECONDS) : time);
    }

    private static String note(StepView step) {
        return switch (step.state()) {
            case WAITING_FOR_RETRY ->
                    "again at " + Text.time(step.nextRetryAt()) + ": " + message(step);
            case PARKED -> "its circuit breaker is open, see breakers list";
            case DEAD -> message(step);
            default -> "";
        };
    }

    private static String message(StepView step) {
        return step.error().map(error -> error.type() + ": " + error.message()).orElse("");
    }
}
