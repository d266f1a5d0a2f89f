package dev.stepweir.redis.script;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What read entries say apart from their run: the script is told once which fields it has to read
 * for them. An entry that says nothing sensible is sent as well: no run is found for it, and the
 * script drops it.
 *
 * @param text what follows the run's id: the dispatch's number, the step's field, the inputs'
 *     fields
 */
record ReadStep(String queue, String text) {

    /** Entries of one run that say the same are copies of one another. */
    static final Comparator<ReadStep> ORDER =
            Comparator.comparing(ReadStep::text).thenComparing(ReadStep::queue);

    private static final String SEPARATOR = "\u001F";

    /** An entry as it was read. */
    record Entry(String id, String text) {}

    /** The step's field as its entry shows it, but for the entry's id. */
    String readyUpToId() {
        return "READY " + text.substring(0, numberEnd()) + '@';
    }

    String field() {
        return fields()[0];
    }

    /** The fields that flow into the step. */
    List<String> inputs() {
        List<String> fields = List.of(fields());
        return fields.size() == 1 ? List.of("input") : fields.subList(1, fields.size());
    }

    /** The fields that flow into any of these steps, each once. */
    static List<String> inputs(List<ReadStep> steps) {
        if (steps.size() == 1) {
            return steps.getFirst().inputs();
        }
        Set<String> all = new LinkedHashSet<>();
        steps.forEach(step -> all.addAll(step.inputs()));
        return List.copyOf(all);
    }

    private String[] fields() {
        // With what is empty: an entry of separators only has a field as well.
        return text.substring(Math.min(numberEnd() + 1, text.length())).split(SEPARATOR, -1);
    }

    private int numberEnd() {
        return Math.max(0, text.indexOf(' '));
    }
}
