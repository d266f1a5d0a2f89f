package dev.stepweir.worker;

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
 * @param expected the step's field as it was begun
 * @param announcement step and inputs, as the entry has them
 * @param inputs what flows in, as stored; null where there is nothing
 */
record Assignment(
        Keys keys,
        StepAddress step,
        String workflowHash,
        Dispatch dispatch,
        Ledgers ledgers,
        String expected,
        String announcement,
        List<byte @Nullable []> inputs) {

    static Assignment of(Keys keys, Begun begun) {
        QueueEntry entry = QueueEntry.parse(begun.entry());
        return new Assignment(
                keys,
                new StepAddress(entry.run(), entry.step(), begun.queue()),
                RunHead.parse(begun.head()).workflowHash(),
                new Dispatch(entry.number(), begun.entryId()),
                ledgers(begun.stored(), entry.number(), begun.entryId()),
                begun.stored(),
                begun.entry().substring(begun.entry().indexOf(' ', 37) + 1),
                begun.inputs());
    }

    // Most steps have been through nothing: their field ends with the dispatch.
    private static Ledgers ledgers(String stored, long number, String entryId) {
        int plain = "READY ".length() + Long.toString(number).length() + 1 + entryId.length();
        return stored.length() == plain ? Ledgers.NONE : StepField.parse(stored).ledgers();
    }
}
