package dev.stepweir.workflow;

import java.util.List;

/** What a definition file turned out to be. */
public sealed interface Definition {

    /**
     * A workflow.
     *
     * @param warnings what is allowed but probably not meant, sorted by place
     */
    record Valid(Workflow workflow, List<Fault> warnings) implements Definition {
        public Valid {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * No workflow.
     *
     * @param faults everything that is wrong, at least one, sorted by place
     */
    record Invalid(List<Fault> faults) implements Definition {
        public Invalid {
            faults = List.copyOf(faults);
        }
    }
}
