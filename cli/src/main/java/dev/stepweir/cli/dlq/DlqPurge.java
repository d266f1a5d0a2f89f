package dev.stepweir.cli.dlq;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Limit;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.RecordOptions;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.operator.Attribution;
import dev.stepweir.operator.letters.DeadLetters;
import dev.stepweir.operator.letters.LetterFilter;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir dlq purge}. */
@Command(
        name = "purge",
        description = {
            "Remove dead letters for good. Their steps stay dead, and their runs still show them.",
            "Prints the ids of what was removed."
        },
        footer = {"", "Say why with --reason: it is kept in the run's history."})
final class DlqPurge implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Mixin private LetterChoice which;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "At most so many, the first dead first (${DEFAULT-VALUE}).")
    private int limit;

    @Mixin private RecordOptions record;

    @Option(names = "--dry-run", description = "Only print the ids of what would be removed.")
    private boolean dryRun;

    @Override
    public Integer call() {
        which.check(spec);
        Limit.check(spec, limit);
        Attribution by = dryRun ? record.attribution() : record.explained(spec);
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            DeadLetters letters = session.client().deadLetters();
            long removed =
                    which.ids().isEmpty()
                            ? purgeFitting(
                                    letters, which.filter(session.client().runs()), by, output)
                            : purgeNamed(letters, by, output);
            output.say(removed + (dryRun ? " letters would be removed" : " letters removed"));
            return 0;
        }
    }

    private long purgeNamed(DeadLetters letters, Attribution by, Output output) {
        for (String id : which.ids()) {
            if (dryRun) {
                var unused = letters.show(id).orElseThrow(() -> DlqShow.missing(id));
            } else {
                switch (letters.purge(id, by)) {
                    case PURGED -> {}
                    case CHANGED ->
                            throw new CommandFailure(
                                    ExitCode.CONFLICT,
                                    id + " died once more just now; look at it again");
                    case GONE -> throw DlqShow.missing(id);
                }
            }
            output.line(id);
        }
        return which.ids().size();
    }

    private long purgeFitting(
            DeadLetters letters, LetterFilter filter, Attribution by, Output output) {
        long[] removed = {0};
        Consumer<String> tell =
                id -> {
                    removed[0]++;
                    output.line(id);
                };
        if (dryRun) {
            letters.forEachId(filter, limit, tell);
        } else {
            letters.purgeAll(filter, limit, by, tell);
        }
        return removed[0];
    }
}
