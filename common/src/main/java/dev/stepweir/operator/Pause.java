package dev.stepweir.operator;

import dev.stepweir.json.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * That an operator holds something up. Stored as {@code <milliseconds> <JSON>}; the script writes
 * the time.
 *
 * @param at since when, by the clock of Redis
 * @param by who asked
 * @param reason for the record, may be empty
 */
public record Pause(Instant at, String by, String reason) {

    /** What is stored after the time. */
    public static String record(String by, String reason) {
        Map<String, String> said = new LinkedHashMap<>();
        said.put("by", by);
        said.put("reason", reason);
        return Json.text(said);
    }

    public static Pause parse(String stored) {
        int space = stored.indexOf(' ');
        Map<?, ?> said = Json.read(stored.substring(space + 1), Map.class);
        return new Pause(
                Instant.ofEpochMilli(Long.parseLong(stored, 0, space, 10)),
                String.valueOf(said.get("by")),
                String.valueOf(said.get("reason")));
    }

    /** For people: who, when, why. */
    public String sentence() {
        return "paused by " + by + " at " + at + (reason.isEmpty() ? "" : ": " + reason);
    }
}
