package dev.stepweir.cli.terminal;

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

    /** What users wrote may hold anything; printed, it must not move the cursor. */
    public static String oneLine(String text) {
        return text.replaceAll("\\p{Cc}+", " ").strip();
    }
}
