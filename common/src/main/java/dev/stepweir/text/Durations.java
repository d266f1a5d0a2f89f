package dev.stepweir.text;

import java.time.Duration;

/** Lengths of time as people read them: ISO 8601 is for machines. */
public final class Durations {

    private Durations() {}

    /** Such as {@code 1 m 5 s} or {@code 1 s 500 ms}; what is below a millisecond is left out. */
    public static String text(Duration duration) {
        if (duration.isNegative()) {
            return "-" + text(duration.negated());
        }
        StringBuilder text = new StringBuilder();
        append(text, duration.toDays(), "d");
        append(text, duration.toHoursPart(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        append(text, duration.toMillisPart(), "ms");
        return text.isEmpty() ? "0 ms" : text.toString().strip();
    }

    private static void append(StringBuilder text, long count, String unit) {
        if (count > 0) {
            text.append(count).append(' ').append(unit).append(' ');
        }
    }
}
