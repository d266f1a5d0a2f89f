package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.RunGroups.Group;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a turn's script says of steps that it began. Before a step's inputs stands its mark:
 * nil for the head that was said last, a head, or a head with the step's ledgers; 0 for an entry
 * that was dropped.
 */
final class BegunReader {

    private static final char LEDGERS = '\u001F';

    private String headSaid = "";

    /** The entries that the worker had read; the answer may end early. */
    void readAsked(
            List<?> answer, Collection<Group<ReadStep, ReadStep.Entry>> groups, List<Begun> begun) {
        int at = 0;
        for (Group<ReadStep, ReadStep.Entry> group : groups) {
            List<String> fields = ReadStep.inputs(group.shared());
            List<int[]> places = new ArrayList<>();
            group.shared().forEach(step -> places.add(places(step.inputs(), fields)));
            for (RunGroups.Round<ReadStep, ReadStep.Entry> round : group.rounds()) {
                int entries = round.items().size();
                if (answer.size() < at + entries) {
                    return;
                }
                int inputs = at + entries;
                boolean any = false;
                for (int e = 0; e < entries; e++) {
                    Object mark = answer.get(at + e);
                    if (mark instanceof Long) {
                        continue;
                    }
                    any = true;
                    ReadStep.Entry entry = round.items().get(e);
                    begun.add(
                            begun(
                                    group.shared().get(e).queue(),
                                    entry.id(),
                                    entry.text(),
                                    mark,
                                    inputs(answer, inputs, places.get(e))));
                }
                at = any ? inputs + fields.size() : inputs;
            }
        }
    }

    private static int[] places(List<String> wanted, List<String> fields) {
        return wanted.stream().mapToInt(fields::indexOf).toArray();
    }

    /** The entries that the script took. */
    void readTaken(List<?> answer, List<String> queues, List<Begun> begun) {
        int at = 0;
        while (at < answer.size()) {
            int queue = Integer.parseInt(Bytes.text((byte[]) answer.get(at)));
            byte[] entry = (byte[]) answer.get(at + 2);
            int width = QueueEntry.inputCount(entry);
            begun.add(
                    begun(
                            queues.get(queue - 1),
                            Bytes.text((byte[]) answer.get(at + 1)),
                            Bytes.text(entry),
                            answer.get(at + 3),
                            inputs(answer, at + 4, IntStream.range(0, width).toArray())));
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

    private static List<byte @Nullable []> inputs(List<?> answer, int from, int[] places) {
        byte[][] inputs = new byte[places.length][];
        for (int n = 0; n < places.length; n++) {
            inputs[n] = (byte[]) answer.get(from + places[n]);
        }
        return Arrays.asList(inputs);
    }
}
