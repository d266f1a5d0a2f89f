package dev.stepweir.failure;

import dev.stepweir.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * Thrown by a handler whose service asked to be left alone for a while: the next attempt waits as
 * long as was asked, at most {@link Classification#LONGEST_REQUEST}, instead of the step's backoff.
 */
public class RetryAfterException extends Exception implements Categorized {

    private static final long serialVersionUID = 1;

    private final Duration delay;

    /**
     * @throws IllegalArgumentException if the delay is negative
     */
    public RetryAfterException(String message, Duration delay) {
        super(message);
        if (delay.isNegative()) {
            throw new IllegalArgumentException(
                    "a delay is not negative, found " + Durations.text(delay));
        }
        this.delay = delay;
    }

    public Duration delay() {
        return delay;
    }

    @Override
    public FailureCategory category() {
        return FailureCategory.RATE_LIMIT;
    }

    /**
     * Reads the value of an HTTP {@code Retry-After} header: seconds or an HTTP date (RFC 9110,
     * 10.2.3). A date that has passed means at once; empty for what is neither.
     */
    public static Optional<Duration> parseHeader(String value, InstantSource clock) {
        String text = value.strip();
        if (!text.isEmpty() && text.length() <= 9 && text.chars().allMatch(Character::isDigit)) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Instant date =
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            Duration until = Duration.between(clock.instant(), date);
            return Optional.of(until.isNegative() ? Duration.ZERO : until);
        } catch (DateTimeParseException neither) {
            return Optional.empty();
        }
    }
}
