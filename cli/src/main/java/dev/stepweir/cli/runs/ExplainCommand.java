package dev.stepweir.cli.runs;

import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.cli.terminal.Text;
import dev.stepweir.operator.explain.Cause;
import dev.stepweir.operator.explain.Explanation;
import dev.stepweir.operator.explain.Explanations;
import dev.stepweir.run.RunId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir explain}. */
@Command(
        name = "explain",
        description = {
            "Say why a run or a step is not getting on: what it waits for, down to the root.",
            "Without a step: every step that is at work or in the way."
        })
public final class ExplainCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RUN", description = RunReference.HELP)
    private RunReference asked;

    @Parameters(index = "1", arity = "0..1", paramLabel = "STEP", description = "A step's name.")
    private Optional<String> step = Optional.empty();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            RunId run = asked.find(session.client().runs());
            Explanations explanations = session.client().explanations();
            Explanation told =
                    step.map(name -> explanations.explain(run, name))
                            .orElseGet(() -> explanations.explain(run))
                            .orElseThrow(() -> RunReference.missing(run));
            if (json) {
                output.json(ExplanationJson.of(told));
            } else {
                print(told, output);
            }
            return 0;
        }
    }

    private static void print(Explanation told, Output output) {
        output.line(
                "run " + told.run() + " (" + Text.oneLine(told.workflow()) + ") " + told.state());
        told.cause().ifPresent(cause -> print(List.of(cause), "  ", output));
        for (Explanation.OfStep one : told.steps()) {
            output.line("step " + Text.oneLine(one.step()) + " " + one.state());
            // That the run is over, or held up, is said above.
            print(
                    one.causes().stream()
                            .filter(cause -> !told.cause().equals(Optional.of(cause)))
                            .toList(),
                    "  ",
                    output);
        }
        if (told.behind() > 0) {
            output.line(told.behind() + " more wait behind these");
        }
    }

    private static void print(List<Cause> causes, String indent, Output output) {
        for (Cause cause : causes) {
            output.line(indent + Text.oneLine(cause.sentence()));
            print(cause.because(), indent + "  ", output);
        }
    }
}
