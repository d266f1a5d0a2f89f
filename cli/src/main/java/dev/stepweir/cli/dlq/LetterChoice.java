package dev.stepweir.cli.dlq;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** For commands that change dead letters: those that are named, or those that fit, or all. */
final class LetterChoice extends LetterOptions {

    @Parameters(paramLabel = "LETTER", arity = "0..*", description = "Ids: <run>/<step>.")
    private List<String> ids = List.of();

    @Option(names = "--all", description = "All there are.")
    private boolean all;

    /** Those that were named; empty when the {@link #filter} says which. */
    List<String> ids() {
        return ids;
    }

    /**
     * Nothing is changed by default.
     *
     * @throws ParameterException unless letters were either named or described
     */
    void check(CommandSpec command) {
        if (ids.isEmpty() != (given() || all)) {
            throw new ParameterException(
                    command.commandLine(),
                    (ids.isEmpty() ? "Name letters, or" : "Name letters or, not both,")
                            + " say which: --run, --workflow, --handler, --died-of,"
                            + " --error-group, --status, --older-than, --died-before or --all");
        }
    }
}
