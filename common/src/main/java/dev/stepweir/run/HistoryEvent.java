package dev.stepweir.run;

import dev.stepweir.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/**
 * Something that happened to a run besides results, which the steps keep themselves. Stored as one
 * line: {@code <milliseconds> <kind> <JSON>}; the scripts write the time.
 *
 * @param atMillis by the clock of Redis
 * @param kind FAILED, CRASHED, REDELIVERED, DEAD, HANDED_BACK, REPUBLISHED, REDRIVEN, RUN_WAITS,
 *     RUN_RETRIED, RUN_GIVEN_UP, PARKED, RELEASED, EDITED, LETTER_PURGED, NOTED, RESET, RESOLVED,
 *     COMPLETED_BY_HAND, SKIPPED, FORCED_TO_FAIL, DEADLINE, CANCELLED, PAUSED, RESUMED, DUPLICATE,
 *     LATE_RESULT, UNREADABLE
 * @param details what there is to say; the step's name under {@code step} if it concerns one
 */
public record HistoryEvent(long atMillis, String kind, Map<String, Object> details) {

    public static final String FAILED = "FAILED";
    public static final String CRASHED = "CRASHED";
    public static final String REDELIVERED = "REDELIVERED";
    public static final String DEAD = "DEAD";
    public static final String HANDED_BACK = "HANDED_BACK";
    public static final String REPUBLISHED = "REPUBLISHED";
    public static final String REDRIVEN = "REDRIVEN";
    public static final String RUN_WAITS = "RUN_WAITS";
    public static final String RUN_RETRIED = "RUN_RETRIED";
    public static final String RUN_GIVEN_UP = "RUN_GIVEN_UP";
    public static final String PARKED = "PARKED";
    public static final String RELEASED = "RELEASED";
    public static final String EDITED = "EDITED";
    public static final String LETTER_PURGED = "LETTER_PURGED";
    public static final String NOTED = "NOTED";
    public static final String RESET = "RESET";
    public static final String RESOLVED = "RESOLVED";
    public static final String COMPLETED_BY_HAND = "COMPLETED_BY_HAND";
    public static final String SKIPPED = "SKIPPED";
    public static final String FORCED_TO_FAIL = "FORCED_TO_FAIL";
    public static final String DEADLINE = "DEADLINE";
    public static final String CANCELLED = "CANCELLED";
    public static final String PAUSED = "PAUSED";
    public static final String RESUMED = "RESUMED";

    /** What is stored says nothing. */
    public static final String UNREADABLE = "UNREADABLE";

    /** Bytes of a value that an event shows. */
    private static final int MOST_SHOWN = 2_000;

    /** The run was submitted once more under its key, and found. */
    public static final String DUPLICATE = "DUPLICATE";

    /** A handler returned after its dispatch was over: the result was not applied. */
    public static final String LATE_RESULT = "LATE_RESULT";

    /** The publishing that it is about, if it says so. */
    public Optional<Dispatch> dispatch() {
        Object told = details.get(details.containsKey("begun") ? "begun" : "dispatch");
        return told instanceof String text && text.indexOf('@') > 0
                ? Optional.of(Dispatch.parse(text.split(" ", 2)[0]))
                : Optional.empty();
    }

    /**
     * A value as an event shows it. A history is read whole, so it does not hold large ones, nor
     * any that could not be read inside of an event.
     */
    public static Object shown(byte[] json) {
        if (json.length > MOST_SHOWN) {
            return json.length + " bytes";
        }
        try {
            return Json.tree("[" + new String(json, StandardCharsets.UTF_8) + "]").get(0);
        } catch (JacksonException tooDeep) {
            return json.length + " bytes, nested too deep to be shown";
        }
    }

    /** The stored line without the time. */
    public static String record(String kind, Map<String, ?> details) {
        return kind + " " + Json.text(details);
    }

    /**
     * A stored line; one that says nothing is {@link #UNREADABLE} and keeps no other from being
     * read.
     */
    @SuppressWarnings("unchecked")
    public static HistoryEvent parse(String line) {
        long at = 0;
        try {
            int first = line.indexOf(' ');
            int second = line.indexOf(' ', first + 1);
            at = Long.parseLong(line, 0, first, 10);
            return new HistoryEvent(
                    at,
                    line.substring(first + 1, second),
                    Json.read(line.substring(second + 1), Map.class));
        } catch (IndexOutOfBoundsException | NumberFormatException | JacksonException garbled) {
            return new HistoryEvent(at, UNREADABLE, Map.of("bytes", line.length()));
        }
    }
}
