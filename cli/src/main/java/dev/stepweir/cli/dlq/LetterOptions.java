package dev.stepweir.cli.dlq;

import dev.stepweir.cli.runs.RunReference;
import dev.stepweir.operator.Runs;
import dev.stepweir.operator.letters.Investigation;
import dev.stepweir.operator.letters.LetterFilter;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.ErrorGroup;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which dead letters a command is about: those that fit all that is said. */
class LetterOptions {

    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--run", paramLabel = "RUN", description = RunReference.OF_RUN)
    private @Nullable RunReference run;

    @Option(names = "--workflow", paramLabel = "NAME", description = "Of runs of this workflow.")
    private @Nullable String workflow;

    @Option(names = "--handler", paramLabel = "NAME", description = "Of steps with this handler.")
    private @Nullable String handler;

    @Option(
            names = "--died-of",
            paramLabel = "REASON",
            description = "That died of this: ${COMPLETION-CANDIDATES}.")
    private DeadLetter.@Nullable Reason diedOf;

    @Option(
            names = "--error-group",
            paramLabel = "GROUP",
            description = "Whose errors are alike; see dlq stats.")
    private @Nullable String errorGroup;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description = "That people have got so far with: ${COMPLETION-CANDIDATES}.")
    private Investigation.@Nullable Status status;

    @Option(
            names = "--older-than",
            paramLabel = "DURATION",
            description = "That died longer ago than this, such as 2h.")
    private @Nullable Duration olderThan;

    @Option(
            names = "--died-before",
            paramLabel = "TIME",
            description = "That died before this, such as 2026-01-31T12:00:00Z.")
    private @Nullable Instant diedBefore;

    /** Whether anything was said. */
    boolean given() {
        return Stream.of(
                        run, workflow, handler, reason(), errorGroup, status, olderThan, diedBefore)
                .anyMatch(option -> option != null);
    }

    DeadLetter.@Nullable Reason reason() {
        return diedOf;
    }

    /** What was said; a run that is named by its key is looked up. */
    LetterFilter filter(Runs runs) {
        LetterFilter filter =
                new LetterFilter(
                        Optional.ofNullable(run).map(one -> one.find(runs)),
                        Optional.ofNullable(workflow),
                        Optional.ofNullable(handler),
                        Optional.ofNullable(reason()),
                        Optional.ofNullable(errorGroup).map(this::group),
                        Optional.ofNullable(status),
                        Optional.ofNullable(diedBefore));
        return olderThan == null
                ? filter
                : filter.before(Clock.systemUTC().instant().minus(olderThan).plusMillis(1));
    }

    private ErrorGroup group(String text) {
        try {
            return new ErrorGroup(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--error-group: " + e.getMessage(), e);
        }
    }
}
