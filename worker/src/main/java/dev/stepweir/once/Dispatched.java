package dev.stepweir.once;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;

/** A step in a worker's hands: one dispatch of it, which every write must show. */
public record Dispatched(Keys keys, StepAddress step, Dispatch dispatch, Ledgers ledgers) {

    /** The step's field as it was begun. */
    public String expected() {
        return StepField.ready(dispatch, ledgers);
    }
}
