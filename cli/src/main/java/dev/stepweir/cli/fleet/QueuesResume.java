package dev.stepweir.cli.fleet;

import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.operator.fleet.Queues;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir queues resume}. */
@Command(name = "resume", description = "Let workers read a queue again that was paused.")
final class QueuesResume implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "QUEUE", description = "Its name, which is its handler's.")
    private String queue;

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            Queues queues = session.client().queues();
            switch (queues.resume(queue)) {
                case RESUMED -> output.say("queue " + queue + " is read again");
                case ALREADY -> {
                    // Asked last: a queue that nobody knows any more may still be paused.
                    QueuesPause.checkKnown(queue, queues);
                    output.say("queue " + queue + " was not paused");
                }
            }
            return 0;
        }
    }
}
