package dev.stepweir.client;

import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;

/**
 * How a run closed. Output and steps are read with {@link StepweirClient#show}.
 *
 * @param state {@code COMPLETED}, {@code FAILED} or {@code CANCELLED}; an operator may open a
 *     failed run again
 */
public record RunResult(RunId id, RunState state) {

    public RunResult {
        if (!state.isClosed()) {
            throw new IllegalArgumentException("run " + id + " is not closed but " + state);
        }
    }
}
