package dev.stepweir.cli.runs;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.operator.Runs;
import dev.stepweir.run.RunClaim;
import dev.stepweir.run.RunId;
import picocli.CommandLine.TypeConversionException;

/** How a person names a run: by its id, or by the key that it was submitted under. */
public sealed interface RunReference {

    /** What help says of it. */
    String HELP = "The run's id, or key:KEY for the key it was submitted under.";

    /** As {@link #HELP}, of an option that narrows a choice. */
    String OF_RUN = "Of this run: its id, or key:KEY.";

    /** The run meant. One that is named by its id need not exist. */
    RunId find(Runs runs);

    /** Reads {@code key:KEY}, or else an id. */
    static RunReference parse(String text) {
        try {
            return text.startsWith(Key.PREFIX)
                    ? new Key(text.substring(Key.PREFIX.length()))
                    : new Id(new RunId(text));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(
                    text.startsWith(Key.PREFIX)
                            ? e.getMessage()
                            : e.getMessage() + "; for the key of a run say key:KEY");
        }
    }

    /** What to say when a run is not there. */
    static CommandFailure missing(RunId run) {
        return new CommandFailure(
                ExitCode.CONFLICT, "there is no run " + run + " in this namespace (any more)");
    }

    record Id(RunId run) implements RunReference {
        @Override
        public RunId find(Runs runs) {
            return run;
        }
    }

    record Key(String key) implements RunReference {

        private static final String PREFIX = "key:";

        public Key {
            RunClaim.checkKey(key);
        }

        @Override
        public RunId find(Runs runs) {
            return runs.withKey(key)
                    .orElseThrow(() ->
                            new CommandFailure(
                                    ExitCode.CONFLICT,
                                    "there is no run with the key '"
                                            + key
                                            + "' in this namespace (any more)"));
        }
    }
}
