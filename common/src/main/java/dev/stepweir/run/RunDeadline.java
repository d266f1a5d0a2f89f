package dev.stepweir.run;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * When a run must have ended. Stored as {@code <due> <milliseconds>}, since a run that an operator
 * opens again has its whole time once more.
 *
 * @param dueMillis by the clock of Redis
 * @param time how long the run may take
 */
public record RunDeadline(long dueMillis, Duration time) {

    /** The field of a run that has one. */
    public static final String FIELD = "deadline";

    /** The reason that a run shows which failed of it. */
    public static final String REASON = "deadline";

    private static final String TIMER = "!deadline";

    /** When a run must have ended, if it says. */
    public static Optional<RunDeadline> of(Map<String, String> fields) {
        return Optional.ofNullable(fields.get(FIELD)).map(RunDeadline::parse);
    }

    /**
     * Reads what is stored.
     *
     * @throws UnreadableException for anything else
     */
    public static RunDeadline parse(String text) {
        int space = text.indexOf(' ');
        try {
            return new RunDeadline(
                    Long.parseLong(text, 0, space, 10),
                    Duration.ofMillis(Long.parseLong(text, space + 1, text.length(), 10)));
        } catch (NumberFormatException | IndexOutOfBoundsException garbled) {
            throw new UnreadableException("the deadline of a run", text, garbled);
        }
    }

    /** The member in the set of timers that ends a run. */
    public static String timer(RunId run) {
        return run.text() + TIMER;
    }

    /** Whether a member of the set of timers is one that ends a run. */
    public static boolean isTimer(String member) {
        return member.length() == RunId.LENGTH + TIMER.length()
                && member.startsWith(TIMER, RunId.LENGTH);
    }

    @Override
    public String toString() {
        return dueMillis + " " + time.toMillis();
    }
}
