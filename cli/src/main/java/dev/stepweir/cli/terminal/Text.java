package dev.stepweir.cli.terminal;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Values as people read them. */
public final class Text {

    /** Stands for what is not there. */
    public static final String NONE = "-";

    private Text() {}

    /** Whole seconds, UTC. */
    public static String time(Optional<Instant> time) {
        return time.map(Text::time).orElse(NONE);
    }

    public static String time(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** To the millisecond, UTC. */
    public static String exactTime(Instant time) {
        return time.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    /** Such as {@code 1 m 5 s}. */
    public static String duration(Duration duration) {
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            return duration.toMillis() + " ms";
        }
        StringBuilder text = new StringBuilder();
        append(text, duration.toDays(), "d");
        append(text, duration.toHoursPart(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        return text.toString().strip();
    }

    private static void append(StringBuilder text, long count, String unit) {
        if (count > 0) {
            text.append(count).append(' ').append(unit).append(' ');
        }
    }

    /** What users wrote may hold anything; printed, it must not move the cursor. */
    public static String oneLine(String text) {
        return text.replaceAll("\\p{Cc}+", " ").strip();
    }
}
