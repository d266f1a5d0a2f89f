package dev.stepweir.cli.run;

import dev.stepweir.workflow.Definition;
import dev.stepweir.workflow.DefinitionReader;
import dev.stepweir.workflow.Fault;
import dev.stepweir.workflow.Workflow;
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

    static DefinitionFile read(Path file) {
        return switch (new DefinitionReader().read(file)) {
            case Definition.Valid(Workflow workflow, List<Fault> warnings) ->
                    new DefinitionFile(Optional.of(workflow), List.of(), warnings);
            case Definition.Invalid(List<Fault> faults) ->
                    new DefinitionFile(Optional.empty(), faults, List.of());
        };
    }
}
