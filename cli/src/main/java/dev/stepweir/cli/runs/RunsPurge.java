package dev.stepweir.cli.runs;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.operator.Runs;
import dev.stepweir.redis.script.PurgeRun;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stepweir runs purge}. */
@Command(
        name = "purge",
        description = "Remove closed runs and all that belongs to them, dead letters included.")
final class RunsPurge implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "RUN", arity = "0..*", description = "Ids of runs to remove.")
    private List<RunId> named = List.of();

    @Option(
            names = "--older-than",
            paramLabel = "DURATION",
            description = "Runs that closed longer ago than this, such as 7d; 0s for all.")
    private @Nullable Duration age;

    @Option(
            names = "--state",
            split = ",",
            paramLabel = "STATE",
            defaultValue = "COMPLETED,CANCELLED",
            description = "With --older-than: of which state (${DEFAULT-VALUE}).")
    private Set<RunState> states = EnumSet.noneOf(RunState.class);

    @Option(names = "--dry-run", description = "Only print the ids of what would be removed.")
    private boolean dryRun;

    @Override
    public Integer call() {
        if (named.isEmpty() == (age == null)) {
            throw new ParameterException(
                    spec.commandLine(), "Name runs to remove, or say --older-than DURATION");
        }
        if (!states.stream().allMatch(RunState::isClosed)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Only closed runs can be removed: --state COMPLETED, FAILED or CANCELLED");
        }
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            Runs runs = session.client().runs();
            long removed = age == null ? purgeNamed(runs, output) : purgeOld(runs, age, output);
            output.say(
                    removed
                            + (removed == 1 ? " run" : " runs")
                            + (dryRun ? " would be removed" : " removed"));
            return 0;
        }
    }

    private long purgeNamed(Runs runs, Output output) {
        for (RunId run : named) {
            var unused = remove(runs, run, output, true);
        }
        return named.size();
    }

    private long purgeOld(Runs runs, Duration olderThan, Output output) {
        Instant before = Clock.systemUTC().instant().minus(olderThan).plusMillis(1);
        long[] removed = {0};
        runs.forEach(
                states,
                before,
                run -> {
                    if (remove(runs, run.id(), output, false)) {
                        removed[0]++;
                    }
                });
        return removed[0];
    }

    /** Whether it was removed, or would be; another may be faster, or open it again. */
    private boolean remove(Runs runs, RunId run, Output output, boolean insist) {
        if (dryRun) {
            output.line(run.text());
            return true;
        }
        PurgeRun.Outcome outcome = runs.purge(run);
        if (outcome == PurgeRun.Outcome.PURGED) {
            output.line(run.text());
            return true;
        }
        if (insist) {
            throw outcome == PurgeRun.Outcome.GONE
                    ? RunLookup.missing(run)
                    : new CommandFailure(
                            ExitCode.CONFLICT, "run " + run + " is not closed: cancel it first");
        }
        return false;
    }
}
