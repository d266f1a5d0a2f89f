package dev.stepweir.workflow;

import java.util.List;
import java.util.stream.Collectors;

/** A workflow breaks the rules of {@link Workflow}; {@link #faults()} says each of them. */
public final class InvalidWorkflowException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final transient List<Fault> faults;

    InvalidWorkflowException(String name, List<Fault> faults) {
        super(
                faults.stream()
                        .map(Fault::toString)
                        .collect(
                                Collectors.joining(
                                        "\n  ", "workflow '" + name + "' is not valid:\n  ", "")));
        this.faults = List.copyOf(faults);
    }

    /** Everything that is wrong, at least one fault. */
    public List<Fault> faults() {
        return faults;
    }
}
