package dev.stepweir.cli.fleet;

import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.RunJson;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.cli.terminal.Table;
import dev.stepweir.operator.Pause;
import dev.stepweir.operator.fleet.QueueView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir queues list}. */
@Command(name = "list", description = "List queues and how much waits in them.")
final class QueuesList implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            List<QueueView> queues = session.client().fleet().queues();
            if (json) {
                output.json(queues.stream().map(QueuesList::json).toList());
                return 0;
            }
            Table table = new Table("QUEUE", "WAITING", "IN HAND", "CONSUMERS", "NOTE");
            for (QueueView queue : queues) {
                table.row(
                        queue.name(),
                        queue.waiting(),
                        queue.inHand(),
                        queue.consumers(),
                        queue.paused().map(Pause::sentence).orElse(""));
            }
            table.print(output.out());
            return 0;
        }
    }

    private static Map<String, @Nullable Object> json(QueueView queue) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("queue", queue.name());
        json.put("waiting", queue.waiting());
        json.put("in_hand", queue.inHand());
        json.put("consumers", queue.consumers());
        json.put("paused", queue.paused().map(RunJson::of).orElse(null));
        return json;
    }
}
