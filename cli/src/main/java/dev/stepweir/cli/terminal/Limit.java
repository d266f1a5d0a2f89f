package dev.stepweir.cli.terminal;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What {@code --limit} may say. */
public final class Limit {

    private Limit() {}

    /**
     * Looks at it before anything is asked of Redis.
     *
     * @throws ParameterException if it is less than one
     */
    public static void check(CommandSpec command, long limit) {
        if (limit < 1) {
            throw new ParameterException(
                    command.commandLine(), "--limit must be at least 1, found " + limit);
        }
    }
}
