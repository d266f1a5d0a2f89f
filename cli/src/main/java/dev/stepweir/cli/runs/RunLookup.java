package dev.stepweir.cli.runs;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.run.RunId;

/** What to say when a run is not there. */
public final class RunLookup {

    private RunLookup() {}

    public static CommandFailure missing(RunId run) {
        return new CommandFailure(
                ExitCode.CONFLICT, "there is no run " + run + " in this namespace (any more)");
    }
}
