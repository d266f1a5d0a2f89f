package dev.stepweir.cli.runs;

import dev.stepweir.cli.run.WaitingOptions;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.run.RunId;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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

    @Parameters(paramLabel = "RUN", description = RunReference.HELP)
    private RunReference asked;

    @Mixin private WaitingOptions waitOptions;

    @Override
    public Integer call() throws InterruptedException {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            StepweirClient client = session.client();
            RunId run = asked.find(client.runs());
            return waitOptions
                    .waiting(client, output, true)
                    .run(run, client.completion(run))
                    .code();
        }
    }
}
