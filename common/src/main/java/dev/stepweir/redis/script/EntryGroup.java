package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Read entries that say the same but for the run, as one turn begins them: the script is told once
 * which fields it has to read. An entry that says nothing sensible is sent as well: no run is found
 * for it, and the script drops it.
 */
final class EntryGroup {

    /** Length of what an entry says first: the run's id. */
    private static final int RUN = 36;

    private static final byte[] INPUT = Bytes.of("input");

    /** What entries of a group have in common. */
    record Shared(String queue, String text) {

        static Shared of(String queue, byte[] entry) {
            int from = Math.min(RUN + 1, entry.length);
            return new Shared(queue, Bytes.text(Arrays.copyOfRange(entry, from, entry.length)));
        }
    }

    /** One entry of a group. */
    record Item(String entryId, byte[] entry) {

        byte[] runId() {
            return Arrays.copyOf(entry, Math.min(RUN, entry.length));
        }
    }

    private final Shared shared;
    private final byte[] readyUpToId;
    private final List<byte[]> fields = new ArrayList<>();
    private final List<Item> items = new ArrayList<>();

    EntryGroup(Shared shared) {
        this.shared = shared;
        String text = shared.text();
        int numberEnd = Math.max(0, text.indexOf(' '));
        readyUpToId = Bytes.of("READY " + text.substring(0, numberEnd) + '@');
        for (String field :
                text.substring(Math.min(numberEnd + 1, text.length())).split("\u001F")) {
            fields.add(Bytes.of(field));
        }
        if (fields.size() == 1) {
            fields.add(INPUT);
        }
    }

    String queue() {
        return shared.queue();
    }

    List<Item> items() {
        return items;
    }

    /** How many values follow the mark of an entry that was begun. */
    int inputs() {
        return fields.size() - 1;
    }

    void add(String entryId, byte[] entry) {
        items.add(new Item(entryId, entry));
    }

    void addArgs(ScriptCall call, byte[] queueIndex) {
        call.arg(queueIndex).arg(readyUpToId).arg(fields.getFirst()).arg(inputs());
        fields.subList(1, fields.size()).forEach(call::arg);
        call.arg(items.size());
        items.forEach(item -> call.arg(item.entryId()));
    }
}
