package dev.stepweir.cli.runs;

import dev.stepweir.cli.terminal.Text;
import dev.stepweir.operator.HistoryEntry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The details of an entry of a history, as people read them. */
public final class HistoryDetails {

    /** Of a failure, what the rest of its line says already. */
    private static final Set<String> REPEATED =
            Set.of(
                    "action",
                    "final_state",
                    "backoff_applied",
                    "classification_summary",
                    "retry_in_ms",
                    "step_id");

    /** What may be said, and was not if it is empty. */
    private static final List<String> UNSAID = List.of("reason", "hint");

    private HistoryDetails() {}

    /** As {@code name=value} pairs, without a reason that nobody gave. JSON has them all. */
    public static String text(HistoryEntry entry) {
        Map<String, Object> told = new LinkedHashMap<>(entry.details());
        if (told.containsKey("classification_summary")) {
            told.keySet().removeAll(REPEATED);
            told.values().removeIf(Objects::isNull);
        }
        UNSAID.forEach(name -> told.remove(name, ""));
        return Text.pairs(told);
    }
}
