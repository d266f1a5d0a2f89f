package dev.stepweir.cli.dlq;

import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.cli.terminal.Table;
import dev.stepweir.cli.terminal.Text;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.operator.letters.LetterStats;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir dlq stats}. */
@Command(
        name = "stats",
        description = "Count dead letters by workflow, handler, reason and error group.")
final class DlqStats implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Mixin private ReadOptions which;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            StepweirClient client = session.client();
            LetterStats stats = client.deadLetters().stats(which.filter(client.runs()));
            if (json) {
                output.json(json(stats));
            } else {
                print(stats, output);
            }
            return 0;
        }
    }

    private static void print(LetterStats stats, Output output) {
        output.line("total " + stats.total());
        if (stats.unreadable() > 0) {
            output.say(stats.unreadable() + " cannot be read; stepweir doctor tells which");
        }
        if (stats.total() == 0) {
            return;
        }
        print("WORKFLOW", stats.workflows(), output);
        print("HANDLER", stats.handlers(), output);
        print("REASON", stats.reasons(), output);
        print("STATUS", stats.statuses(), output);
        output.line("");
        Table groups = new Table("ERROR GROUP", "LETTERS", "HANDLER", "LAST", "EXAMPLE");
        for (LetterStats.Group group : stats.groups()) {
            groups.row(
                    group.group(),
                    group.count(),
                    group.handler(),
                    Text.time(group.lastDied()),
                    group.type() + ": " + group.message());
        }
        groups.print(output.out());
    }

    private static void print(String heading, Map<String, Long> counts, Output output) {
        output.line("");
        Table table = new Table(heading, "LETTERS");
        counts.forEach(table::row);
        table.print(output.out());
    }

    private static Map<String, Object> json(LetterStats stats) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("total", stats.total());
        json.put("unreadable", stats.unreadable());
        json.put("by_workflow", stats.workflows());
        json.put("by_handler", stats.handlers());
        json.put("by_reason", stats.reasons());
        json.put("by_status", stats.statuses());
        json.put("by_error_group", stats.groups().stream().map(DlqStats::json).toList());
        return json;
    }

    private static Map<String, Object> json(LetterStats.Group group) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("error_group", group.group().text());
        json.put("letters", group.count());
        json.put("handler", group.handler());
        json.put("error_type", group.type());
        json.put("error_message", group.message());
        json.put("first_died_at", group.firstDied().toString());
        json.put("last_died_at", group.lastDied().toString());
        return json;
    }
}
