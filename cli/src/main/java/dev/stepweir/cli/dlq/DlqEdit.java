package dev.stepweir.cli.dlq;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.JsonArgument;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.RecordOptions;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.json.Json;
import dev.stepweir.operator.Attribution;
import dev.stepweir.operator.letters.DeadLetterView;
import dev.stepweir.operator.letters.DeadLetters;
import dev.stepweir.redis.script.EditStep;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code stepweir dlq edit}. */
@Command(
        name = "edit",
        description = {
            "Change what flows into a dead step; dlq retry then puts it back to work with it.",
            "What the handler gets is replaced as a whole. Prints it as it was and as it is."
        },
        footer = {"", "Say why with --reason: it is kept in the run's history."})
final class DlqEdit implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "LETTER", description = "Its id: <run>/<step>.")
    private String id;

    @Option(
            names = "--input",
            required = true,
            paramLabel = "JSON|@FILE",
            description = "What flows in from now on, as JSON or @ and a file of it.")
    private String input = "";

    @Mixin private RecordOptions record;

    @Option(names = "--dry-run", description = "Only print what would change.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        Attribution by = dryRun ? record.attribution() : record.explained(spec);
        JsonNode to = JsonArgument.read("--input", input);
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            DeadLetters letters = session.client().deadLetters();
            DeadLetterView letter = letters.show(id).orElseThrow(() -> DlqShow.missing(id));
            if (!letter.isWaiting()) {
                throw new CommandFailure(
                        ExitCode.CONFLICT, RetryRefusal.notDead(letters, id, "edited"));
            }
            JsonNode from = letters.input(id).orElseThrow(() -> DlqShow.missing(id));
            if (!dryRun) {
                edit(letters, to, by);
            }
            if (json) {
                output.json(changed(from, to));
            } else {
                output.line("- " + Json.text(from));
                output.line("+ " + Json.text(to));
                output.say(
                        dryRun
                                ? "nothing was changed"
                                : id + " is edited; stepweir dlq retry " + id);
            }
            return 0;
        }
    }

    private void edit(DeadLetters letters, JsonNode to, Attribution by) {
        EditStep.Outcome outcome = letters.edit(id, to, by);
        if (outcome != EditStep.Outcome.EDITED) {
            throw new CommandFailure(
                    ExitCode.CONFLICT,
                    switch (outcome) {
                        case CHANGED -> RetryRefusal.notDead(letters, id, "edited");
                        case RUN_CLOSED -> id + " belongs to a run that is closed";
                        default -> "there is no step " + id;
                    });
        }
    }

    private Map<String, Object> changed(JsonNode from, JsonNode to) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", id);
        shown.put("from", from);
        shown.put("to", to);
        shown.put("dry_run", dryRun);
        return shown;
    }
}
