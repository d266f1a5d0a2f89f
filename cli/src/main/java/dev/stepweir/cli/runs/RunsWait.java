package dev.stepweir.cli.runs;

import dev.stepweir.cli.run.Waiting;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Patience;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.run.RunId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir runs wait}. */
@Command(
        name = "wait",
        description = {
            "Wait for the end of a run and tell how it went, as 'run' does of its own.",
            "Exit codes are those of 'run'."
        })
final class RunsWait implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = "The run's id.")
    private RunId run;

    @Option(
            names = "--wait-timeout",
            paramLabel = "DURATION",
            description = "Stop waiting after this time, such as 30s or 5m, with exit code 6.")
    private Optional<Duration> timeout = Optional.empty();

    @Option(
            names = "--json",
            description = "The last line of output is one JSON object: run, output and steps.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            StepweirClient client = session.client();
            return new Waiting(client, output, json, new Patience(timeout), true)
                    .run(run, client.completion(run))
                    .code();
        }
    }
}
