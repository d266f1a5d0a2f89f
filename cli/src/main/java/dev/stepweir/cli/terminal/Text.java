package dev.stepweir.cli.terminal;

import dev.stepweir.json.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Values as people read them. */
public final class Text {

    /** Stands for what is not there. */
    public static final String NONE = "-";

    /** What needs no quotes, for it is taken for text and for one word. */
    private static final Pattern WORD =
            Pattern.compile("(?!(true|false|null)$)[\\p{L}./:_][^\\s\"=\\p{Cc}]*|\\d{4}-\\S+Z");

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

    /** As {@code name=value} pairs; what is inside of another has its name before its own. */
    public static String pairs(Map<String, ?> values) {
        StringJoiner pairs = new StringJoiner(" ");
        values.forEach((name, value) -> add(pairs, name, value));
        return pairs.toString();
    }

    private static void add(StringJoiner pairs, String name, @Nullable Object value) {
        if (value instanceof Map<?, ?> inner && !inner.isEmpty()) {
            inner.forEach((of, one) -> add(pairs, name + "." + of, one));
        } else {
            pairs.add(
                    word(name)
                            + "="
                            + (value instanceof String text ? word(text) : Json.text(value)));
        }
    }

    private static String word(String text) {
        return WORD.matcher(text).matches() ? text : Json.text(text);
    }

    /** What users wrote may hold anything; printed, it must not move the cursor. */
    public static String oneLine(String text) {
        return text.replaceAll("\\p{Cc}+", " ").strip();
    }
}
