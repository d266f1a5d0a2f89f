package dev.stepweir.cli.terminal;

import dev.stepweir.operator.Attribution;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Who changes something, and why. */
public final class RecordOptions {

    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "Who asks, for the record; else the name of this account.")
    private String by = Operator.name();

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
    private String reason = "";

    /** What is kept with the change. */
    public Attribution attribution() {
        return new Attribution(by, reason);
    }

    /**
     * What is kept with a change that does not speak for itself.
     *
     * @throws ParameterException if no reason was given
     */
    public Attribution explained(CommandSpec command) {
        if (reason.isBlank()) {
            throw new ParameterException(
                    command.commandLine(), "Say why: --reason TEXT is kept with the change");
        }
        return attribution();
    }
}
