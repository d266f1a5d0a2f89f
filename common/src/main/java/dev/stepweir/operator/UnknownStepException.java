package dev.stepweir.operator;

import dev.stepweir.run.RunId;
import java.util.List;

/** The run is there, but it has no such step. */
public final class UnknownStepException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private static final int MOST_NAMES = 50;

    /**
     * @param names of the steps that the run has
     */
    public UnknownStepException(RunId run, String step, List<String> names) {
        super(
                "run %s has no step '%s', its steps are %s"
                        .formatted(run, step, names.stream().limit(MOST_NAMES).toList()));
    }
}
