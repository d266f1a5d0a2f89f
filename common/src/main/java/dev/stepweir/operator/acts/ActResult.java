package dev.stepweir.operator.acts;

import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.util.Set;

/** What became of an act. */
public sealed interface ActResult {

    /**
     * It was done, or can be if it was only asked.
     *
     * @param from what the step was
     * @param to what it is
     * @param run what its run is: as it was, opened again, or completed by this. Whether an act
     *     completes a run is not known before it is done
     */
    record Done(StepAct act, StepState from, StepState to, RunState run) implements ActResult {

        /** Whether this was the last step of its run. */
        public boolean completesRun() {
            return run == RunState.COMPLETED;
        }
    }

    /**
     * The state of the run or the step does not allow it, or there is no such thing.
     *
     * @param found the state that forbids it, or empty when there is none
     * @param allowed the states that would have allowed it
     * @param sentence says so
     */
    record Refused(StepAct act, String found, Set<String> allowed, String sentence)
            implements ActResult {}
}
