package dev.stepweir.cli.runs;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.operator.RunFilter;
import dev.stepweir.operator.Runs;
import dev.stepweir.redis.script.PurgeRun;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
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

    private static final Set<RunState> USUAL = EnumSet.of(RunState.COMPLETED, RunState.CANCELLED);

    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "RUN",
            arity = "0..*",
            description = "Runs to remove: ids, or key:KEY.")
    private List<RunReference> named = List.of();

    @Option(
            names = "--older-than",
            paramLabel = "DURATION",
            description = "Runs that closed longer ago than this, such as 7d; 0s for all.")
    private @Nullable Duration age;

    @Option(
            names = "--state",
            split = ",",
            paramLabel = "STATE",
            description = "With --older-than: of which state (COMPLETED,CANCELLED).")
    private Set<RunState> states = EnumSet.noneOf(RunState.class);

    @Option(
            names = "--workflow",
            paramLabel = "NAME",
            description = "With --older-than: of this workflow.")
    private Optional<String> workflow = Optional.empty();

    @Option(names = "--dry-run", description = "Only print the ids of what would be removed.")
    private boolean dryRun;

    @Override
    public Integer call() {
        if (named.isEmpty() == (age == null)) {
            throw new ParameterException(
                    spec.commandLine(), "Name runs to remove, or say --older-than DURATION");
        }
        if (age == null && !(states.isEmpty() && workflow.isEmpty())) {
            throw new ParameterException(
                    spec.commandLine(),
                    (workflow.isEmpty() ? "--state" : "--workflow") + " goes with --older-than");
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
        Set<RunId> each = new LinkedHashSet<>();
        named.forEach(one -> each.add(one.find(runs)));
        for (RunId run : each) {
            switch (dryRun ? look(runs, run) : runs.purge(run)) {
                case PURGED -> output.line(run.text());
                case GONE -> throw RunReference.missing(run);
                case OPEN, YOUNG ->
                        throw new CommandFailure(
                                ExitCode.CONFLICT,
                                "run " + run + " is not closed: cancel it first");
            }
        }
        return each.size();
    }

    /** What removing it would come to. */
    private static PurgeRun.Outcome look(Runs runs, RunId run) {
        return runs.state(run)
                .map(state -> state.isClosed() ? PurgeRun.Outcome.PURGED : PurgeRun.Outcome.OPEN)
                .orElse(PurgeRun.Outcome.GONE);
    }

    private long purgeOld(Runs runs, Duration olderThan, Output output) {
        Instant before = Clock.systemUTC().instant().minus(olderThan).plusMillis(1);
        long[] removed = {0};
        RunFilter filter =
                new RunFilter(states.isEmpty() ? USUAL : states, workflow, Optional.of(before));
        runs.forEach(
                filter,
                run -> {
                    if (remove(runs, run.id(), output)) {
                        removed[0]++;
                    }
                });
        return removed[0];
    }

    /** Whether it was removed, or would be; another may be faster, or open it again. */
    private boolean remove(Runs runs, RunId run, Output output) {
        boolean removed = dryRun || runs.purge(run) == PurgeRun.Outcome.PURGED;
        if (removed) {
            output.line(run.text());
        }
        return removed;
    }
}
