package dev.stepweir.run;

import java.util.Map;
import java.util.Optional;

/**
 * The next attempt of a run that waits for it. Stored as {@code <attempt> <due>}.
 *
 * @param attempt its number; the first execution of a run is 1
 * @param dueMillis when it comes, by the clock of Redis
 */
public record RunRetry(int attempt, long dueMillis) {

    /** The field of a run that waits for its next attempt. */
    public static final String WAITS_FOR = "retry";

    /** The field of a run that has been tried again: its attempt. */
    public static final String ATTEMPT = "attempt";

    /** What a run waits for. */
    public static Optional<RunRetry> of(Map<String, String> fields) {
        return Optional.ofNullable(fields.get(WAITS_FOR)).map(RunRetry::parse);
    }

    /** The attempt of a run. */
    public static int attempt(Map<String, String> fields) {
        return Integer.parseInt(fields.getOrDefault(ATTEMPT, "1"));
    }

    /**
     * Reads what is stored.
     *
     * @throws UnreadableException for anything else
     */
    public static RunRetry parse(String text) {
        int space = text.indexOf(' ');
        try {
            return new RunRetry(
                    Integer.parseInt(text, 0, space, 10),
                    Long.parseLong(text, space + 1, text.length(), 10));
        } catch (NumberFormatException | IndexOutOfBoundsException garbled) {
            throw new UnreadableException("when a run is tried again", text, garbled);
        }
    }

    @Override
    public String toString() {
        return attempt + " " + dueMillis;
    }
}
