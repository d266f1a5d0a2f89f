package dev.stepweir.cli.terminal;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** Reads the values of options. */
public final class Converters {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    /** The longest that the short form can write: what is computed with it still fits. */
    private static final Duration LONGEST = Duration.ofDays(999_999_999);

    private Converters() {}

    /** Teaches a command line the types of this project. */
    public static CommandLine register(CommandLine commandLine) {
        return commandLine.registerConverter(Duration.class, Converters::duration);
    }

    /** {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 7d}, or as ISO 8601 writes it. */
    static Duration duration(String text) {
        Matcher plain = DURATION.matcher(text);
        if (plain.matches()) {
            long count = Long.parseLong(plain.group(1));
            return switch (plain.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
        }
        Duration parsed = iso(text);
        if (parsed.compareTo(LONGEST) > 0) {
            throw new TypeConversionException(
                    "'" + text + "' is too long (allowed: at most " + LONGEST.toDays() + "d)");
        }
        return parsed;
    }

    private static Duration iso(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new TypeConversionException(
                    "'" + text + "' is not a duration such as 500ms, 30s, 5m, 2h or 7d");
        }
    }
}
