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

    /** A hundred years: what is computed with it fits, in nanoseconds too. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private Converters() {}

    /** Teaches a command line the types of this project. */
    public static CommandLine register(CommandLine commandLine) {
        return commandLine.registerConverter(Duration.class, Converters::duration);
    }

    /** {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 7d}, or as ISO 8601 writes it. */
    static Duration duration(String text) {
        Duration parsed = parsed(text);
        if (parsed.isNegative() || parsed.compareTo(LONGEST) > 0) {
            throw new TypeConversionException(
                    "'" + text + "' is out of range (allowed: 0 to " + LONGEST.toDays() + "d)");
        }
        return parsed;
    }

    private static Duration parsed(String text) {
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
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new TypeConversionException(
                    "'" + text + "' is not a duration such as 500ms, 30s, 5m, 2h or 7d");
        }
    }
}
