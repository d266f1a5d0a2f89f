package dev.stepweir.cli.dlq;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Limit;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.ProgressBar;
import dev.stepweir.cli.terminal.RecordOptions;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.operator.Attribution;
import dev.stepweir.operator.letters.BulkRedrive;
import dev.stepweir.operator.letters.DeadLetters;
import dev.stepweir.operator.letters.LetterFilter;
import dev.stepweir.operator.letters.Pace;
import dev.stepweir.redis.script.RedriveStep;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir dlq retry}. */
@Command(
        name = "retry",
        description = {
            "Put dead letters back to work with all their attempts before them.",
            "Name them, or say which; those go back one after the other, the first dead first."
        })
final class DlqRetry implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Mixin private LetterChoice which;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "100",
            description = "At most so many per second (${DEFAULT-VALUE}).")
    private double rate;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many in all.")
    private long limit = Long.MAX_VALUE;

    @Mixin private RecordOptions record;

    @Option(names = "--dry-run", description = "Only say what would be put back to work.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print one JSON object with the counts.")
    private boolean json;

    @Override
    public Integer call() {
        which.check(spec);
        Limit.check(spec, limit);
        Attribution by = record.attribution();
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            DeadLetters letters = session.client().deadLetters();
            if (which.ids().isEmpty()) {
                retryFitting(letters, which.filter(session.client().runs()), by, output);
            } else {
                retryNamed(letters, by, output);
            }
            return 0;
        }
    }

    private void retryNamed(DeadLetters letters, Attribution by, Output output) {
        long published = 0;
        for (String id : which.ids()) {
            RedriveStep.Outcome outcome =
                    dryRun ? expected(letters, id) : letters.redrive(id, by.by(), by.reason());
            switch (outcome) {
                case PUBLISHED -> {
                    published++;
                    output.say(id + (dryRun ? " would go back to work" : " is back at work"));
                }
                case ALREADY -> output.say(RetryRefusal.notDead(letters, id, "retried"));
                case RUN_CLOSED ->
                        throw new CommandFailure(
                                ExitCode.CONFLICT, id + " belongs to a run that is closed");
                case GONE -> throw new CommandFailure(ExitCode.CONFLICT, "there is no step " + id);
            }
        }
        if (json) {
            output.json(counts(which.ids().size(), published, which.ids().size() - published, 0));
        }
    }

    private static RedriveStep.Outcome expected(DeadLetters letters, String id) {
        return letters.show(id)
                .map(letter ->
                        letter.isWaiting()
                                ? RedriveStep.Outcome.PUBLISHED
                                : RedriveStep.Outcome.ALREADY)
                .orElse(RedriveStep.Outcome.GONE);
    }

    private void retryFitting(
            DeadLetters letters, LetterFilter filter, Attribution by, Output output) {
        BulkRedrive.Done done;
        Interruption interruption = new Interruption(output);
        try (interruption;
                ProgressBar bar = new ProgressBar(output.err(), letters.count())) {
            BulkRedrive bulk =
                    new BulkRedrive(
                            Pace.perSecond(rate),
                            limit,
                            dryRun,
                            now -> {
                                if (!dryRun) {
                                    interruption.reached(now);
                                }
                                bar.show(now.seen());
                            });
            done = letters.redriveAll(filter, bulk, by);
            interruption.done();
        }
        output.say(
                "%d %s, %d on their way already, %d of closed runs, of %d letters looked at"
                        .formatted(
                                done.published(),
                                dryRun ? "would go back to work" : "back at work",
                                done.notDead(),
                                done.refused(),
                                done.seen()));
        if (done.unreadable() > 0) {
            output.say(done.unreadable() + " cannot be read; stepweir doctor tells which");
        }
        if (json) {
            Map<String, Object> counts =
                    counts(done.seen(), done.published(), done.notDead(), done.refused());
            counts.put("unreadable", done.unreadable());
            counts.put("died_before", done.before().toString());
            output.json(counts);
        }
    }

    private Map<String, Object> counts(long seen, long published, long notDead, long refused) {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("looked_at", seen);
        counts.put("published", published);
        counts.put("not_dead", notDead);
        counts.put("refused", refused);
        counts.put("dry_run", dryRun);
        return counts;
    }
}
