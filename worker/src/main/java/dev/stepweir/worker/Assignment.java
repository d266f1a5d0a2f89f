package dev.stepweir.worker;

import dev.stepweir.once.Dispatched;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One dispatch in this worker's hands: what was begun, and the fence that its report must show.
 *
 * @param workflowHash the definition that the run is pinned to
 * @param inputs what flows in, as stored; null where there is nothing
 */
record Assignment(
        Keys keys,
        StepAddress step,
        String workflowHash,
        Dispatch dispatch,
        Ledgers ledgers,
        List<byte @Nullable []> inputs) {

    static Assignment of(Keys keys, Begun begun) {
        QueueEntry entry = QueueEntry.parse(begun.entry());
        Dispatch dispatch = new Dispatch(entry.number(), begun.entryId());
        return new Assignment(
                keys,
                new StepAddress(entry.run(), entry.step(), begun.queue()),
                RunHead.parse(begun.head()).workflowHash(),
                dispatch,
                begun.ledgers(),
                begun.inputs());
    }

    /** What a report and a note must show. */
    Dispatched dispatched() {
        return new Dispatched(keys, step, dispatch, ledgers);
    }

    /** The step's field as it was begun. */
    String expected() {
        return StepField.ready(dispatch, ledgers);
    }
}
