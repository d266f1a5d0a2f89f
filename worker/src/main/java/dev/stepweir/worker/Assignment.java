package dev.stepweir.worker;

import dev.stepweir.once.Dispatched;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.StepAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One dispatch in this worker's hands, and what its execution starts from.
 *
 * @param dispatched what its report and its notes must show
 * @param workflowHash the definition that the run is pinned to
 * @param inputs what flows in, as stored; null where there is nothing
 */
record Assignment(Dispatched dispatched, String workflowHash, List<byte @Nullable []> inputs) {

    static Assignment of(Keys keys, Begun begun) {
        QueueEntry entry = QueueEntry.parse(begun.entry());
        Dispatched dispatched =
                new Dispatched(
                        keys,
                        new StepAddress(entry.run(), entry.step(), begun.queue()),
                        new Dispatch(entry.number(), begun.entryId()),
                        begun.ledgers());
        String hash = RunHead.parse(begun.head()).workflowHash();
        return new Assignment(dispatched, hash, begun.inputs());
    }

    Keys keys() {
        return dispatched.keys();
    }

    StepAddress step() {
        return dispatched.step();
    }

    Dispatch dispatch() {
        return dispatched.dispatch();
    }

    Ledgers ledgers() {
        return dispatched.ledgers();
    }

    /** The step's field as it was begun. */
    String expected() {
        return dispatched.expected();
    }
}
