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

/** {@code stepweir runs pause}. */
@Command(
        name = "pause",
        description = {
            "Hold a run up: nothing more of it is published until 'runs resume'.",
            "What workers execute may finish."
        })
final class RunsPause implements Callable<Integer> {

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
            switch (runs.pause(run, by.by(), by.reason())) {
                case PAUSED -> output.say("run " + run + " is paused");
                case ALREADY -> output.say("run " + run + " was paused before");
                case CLOSED ->
                        throw new CommandFailure(
                                ExitCode.CONFLICT,
                                "run " + run + " is over, or waits for a person: nothing to pause");
                case GONE -> throw RunReference.missing(run);
            }
            return 0;
        }
    }
}
