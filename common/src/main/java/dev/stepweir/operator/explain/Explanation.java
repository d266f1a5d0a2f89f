package dev.stepweir.operator.explain;

import dev.stepweir.operator.StepStatus;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import java.util.List;
import java.util.Optional;

/**
 * Why a run is where it is.
 *
 * @param cause what holds up or ended the run as a whole
 * @param steps the step that was asked for, or every step that is at work or in the way; those
 *     behind them are left out
 * @param behind how many steps were left out because they only wait for other steps
 */
public record Explanation(
        RunId run,
        RunState state,
        String workflow,
        Optional<Cause> cause,
        List<OfStep> steps,
        long behind) {

    public Explanation {
        steps = List.copyOf(steps);
    }

    /** One step. */
    public record OfStep(String step, String handler, StepStatus state, List<Cause> causes) {

        public OfStep {
            causes = List.copyOf(causes);
        }
    }
}
