package dev.stepweir.cli.runs;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.RecordOptions;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.operator.Attribution;
import dev.stepweir.operator.Runs;
import dev.stepweir.run.RunId;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir runs cancel}. */
@Command(
        name = "cancel",
        description = "End a run that has not completed. Cancelling it again changes nothing.")
final class RunsCancel implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = RunReference.HELP)
    private RunReference asked;

    @Mixin private RecordOptions record;

    @Override
    public Integer call() {
        Attribution by = record.attribution();
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            Runs runs = session.client().runs();
            RunId run = asked.find(runs);
            switch (runs.cancel(run, by.by(), by.reason())) {
                case CANCELLED -> output.say("run " + run + " is cancelled");
                case ALREADY -> output.say("run " + run + " was cancelled before");
                case COMPLETED ->
                        throw new CommandFailure(
                                ExitCode.CONFLICT, "run " + run + " has completed");
                case GONE -> throw RunReference.missing(run);
            }
            return 0;
        }
    }
}
