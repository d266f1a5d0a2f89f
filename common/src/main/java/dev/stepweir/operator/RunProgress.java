package dev.stepweir.operator;

import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.util.Map;

/**
 * How far a run has got: what can be told without its values and without asking who holds its
 * steps.
 *
 * @param steps how many it has
 * @param inState how many of them are in a state, if any are; a step that a worker executes is
 *     {@code READY}
 */
public record RunProgress(RunState state, int steps, Map<StepState, Integer> inState) {

    public RunProgress {
        inState = Map.copyOf(inState);
    }

    /** How many steps are in a state. */
    public int in(StepState wanted) {
        return inState.getOrDefault(wanted, 0);
    }
}
