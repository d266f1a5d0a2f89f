package dev.stepweir.cli.run;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.workflow.Definition;
import dev.stepweir.workflow.DefinitionReader;
import dev.stepweir.workflow.Fault;
import dev.stepweir.workflow.Workflow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A definition file as read.
 *
 * @param workflow empty if the file is no workflow
 * @param faults why it is none
 * @param warnings what is allowed but probably not meant
 */
record DefinitionFile(Optional<Workflow> workflow, List<Fault> faults, List<Fault> warnings) {

    private static final Path STANDARD_INPUT = Path.of("-");

    static DefinitionFile read(Path file) {
        DefinitionReader reader = new DefinitionReader();
        return switch (file.equals(STANDARD_INPUT) ? standardInput(reader) : reader.read(file)) {
            case Definition.Valid(Workflow workflow, List<Fault> warnings) ->
                    new DefinitionFile(Optional.of(workflow), List.of(), warnings);
            case Definition.Invalid(List<Fault> faults) ->
                    new DefinitionFile(Optional.empty(), faults, List.of());
        };
    }

    private static Definition standardInput(DefinitionReader reader) {
        try {
            return reader.read(System.in, "standard input");
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.BAD_INPUT, "cannot read standard input", e);
        }
    }
}
