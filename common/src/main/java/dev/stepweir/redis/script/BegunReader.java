package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepField;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a turn's script says of steps that it began. Before a step's inputs stands its mark:
 * nil for the head that was said last, a head, or a head with the step's ledgers; 0 for an entry
 * that was dropped.
 */
final class BegunReader {

    private static final char LEDGERS = '\u001F';

    private String headSaid = "";

    /** The entries that the worker had read: the answers come in their order. */
    void readAsked(List<?> answer, Collection<EntryGroup> groups, List<Begun> begun) {
        int at = 0;
        for (EntryGroup group : groups) {
            for (EntryGroup.Item item : group.items()) {
                Object mark = answer.size() > at ? answer.get(at) : 0L;
                at++;
                if (mark instanceof Long) {
                    continue;
                }
                String entry = Bytes.text(item.entry());
                List<byte @Nullable []> inputs = inputs(answer, at, group.inputs());
                begun.add(begun(group.queue(), item.entryId(), entry, mark, inputs));
                at += group.inputs();
            }
        }
    }

    /** The entries that the script took. */
    void readTaken(List<?> answer, LongFunction<String> queues, List<Begun> begun) {
        int at = 0;
        while (at < answer.size()) {
            byte[] entry = (byte[]) answer.get(at + 2);
            int width = QueueEntry.inputCount(entry);
            begun.add(
                    begun(
                            queues.apply((long) answer.get(at)),
                            Bytes.text((byte[]) answer.get(at + 1)),
                            Bytes.text(entry),
                            answer.get(at + 3),
                            inputs(answer, at + 4, width)));
            at += 4 + width;
        }
    }

    private Begun begun(
            String queue,
            String entryId,
            String entry,
            @Nullable Object mark,
            List<byte @Nullable []> inputs) {
        if (mark == null) {
            return new Begun(queue, entryId, entry, headSaid, Ledgers.NONE, inputs);
        }
        String text = Bytes.text((byte[]) mark);
        int headEnd = text.indexOf(LEDGERS);
        if (headEnd < 0) {
            headSaid = text;
            return new Begun(queue, entryId, entry, text, Ledgers.NONE, inputs);
        }
        Ledgers ledgers = StepField.parseLedgers(text.substring(headEnd + 1));
        return new Begun(queue, entryId, entry, text.substring(0, headEnd), ledgers, inputs);
    }

    private static List<byte @Nullable []> inputs(List<?> answer, int from, int count) {
        byte[][] inputs = new byte[count][];
        for (int n = 0; n < count; n++) {
            inputs[n] = (byte[]) answer.get(from + n);
        }
        return Arrays.asList(inputs);
    }
}
