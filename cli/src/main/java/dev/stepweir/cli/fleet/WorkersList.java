package dev.stepweir.cli.fleet;

import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.cli.terminal.Table;
import dev.stepweir.cli.terminal.Text;
import dev.stepweir.operator.fleet.WorkerView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code stepweir workers list}. */
@Command(name = "list", description = "List workers, what they hold and what they can do.")
final class WorkersList implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            List<WorkerView> workers = session.client().fleet().workers();
            if (json) {
                output.json(workers.stream().map(WorkersList::json).toList());
                return 0;
            }
            Table table =
                    new Table(
                            "WORKER",
                            "STATE",
                            "LAST BEAT",
                            "IN HAND",
                            "AT ONCE",
                            "HOST",
                            "HANDLERS");
            for (WorkerView worker : workers) {
                JsonNode record = worker.record();
                table.row(
                        worker.id(),
                        worker.state(),
                        Text.time(worker.lastBeat()),
                        worker.inHand(),
                        record.path("concurrency").asString(Text.NONE),
                        record.path("host").asString(Text.NONE),
                        handlers(record));
            }
            table.print(output.out());
            return 0;
        }
    }

    private static String handlers(JsonNode record) {
        return record.path("handlers")
                .valueStream()
                .map(JsonNode::asString)
                .collect(Collectors.joining(" "));
    }

    private static Map<String, Object> json(WorkerView worker) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", worker.id());
        json.put("state", worker.state());
        json.put("alive", worker.alive());
        json.put("last_beat", worker.lastBeat().toString());
        json.put("in_hand", worker.inHand());
        worker.record()
                .propertyStream()
                .forEach(field -> json.putIfAbsent(field.getKey(), field.getValue()));
        return json;
    }
}
