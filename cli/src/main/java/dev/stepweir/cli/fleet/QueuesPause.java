package dev.stepweir.cli.fleet;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.RecordOptions;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.operator.Attribution;
import dev.stepweir.operator.fleet.Queues;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir queues pause}. */
@Command(
        name = "pause",
        description = {
            "Hold a queue up: workers do not read it until 'queues resume'.",
            "They hear of it at once, at the latest with their next heartbeat."
        })
final class QueuesPause implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "QUEUE", description = "Its name, which is its handler's.")
    private String queue;

    @Mixin private RecordOptions record;

    @Override
    public Integer call() {
        Attribution by = record.attribution();
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            Queues queues = session.client().queues();
            checkKnown(queue, queues);
            switch (queues.pause(queue, by.by(), by.reason())) {
                case PAUSED -> output.say("queue " + queue + " is paused");
                case ALREADY -> output.say("queue " + queue + " was paused before");
            }
            return 0;
        }
    }

    /** A name that nobody knows is a slip. */
    static void checkKnown(String queue, Queues queues) {
        SortedSet<String> names = queues.names();
        if (!names.contains(queue)) {
            throw new CommandFailure(
                    ExitCode.CONFLICT, "there is no queue '" + queue + "'; there are: " + names);
        }
    }
}
