package dev.stepweir.run;

/**
 * What a step has been through. The three ledgers never decrease; a redrive moves the bases, so
 * that "used up" counts from there while the attempt shown never repeats.
 *
 * @param failures attempts that ended in an error
 * @param crashes attempts that ended with their worker
 * @param redeliveries publishings that charged nothing: drain, lost reply, lost entry
 * @param failureBase failures at the last redrive
 * @param crashBase crashes at the last redrive
 * @param deadLetter id of the step's entry in the dead-letter stream, or empty
 */
public record Ledgers(
        int failures,
        int crashes,
        int redeliveries,
        int failureBase,
        int crashBase,
        String deadLetter) {

    /**
     * After so many crashes a step is executed alone, so that no other can be blamed for the next.
     */
    public static final int SUSPECT_FROM = 2;

    public static final Ledgers NONE = new Ledgers(0, 0, 0, 0, 0, "");

    /** The 1-based number of the attempt that the next execution is. */
    public int attempt() {
        return failures + crashes + 1;
    }

    public int failuresSinceBase() {
        return failures - failureBase;
    }

    public int crashesSinceBase() {
        return crashes - crashBase;
    }

    /** Whether it may be what its workers died of. */
    public boolean isSuspect() {
        return crashesSinceBase() >= SUSPECT_FROM;
    }

    public Ledgers withFailure() {
        return new Ledgers(failures + 1, crashes, redeliveries, failureBase, crashBase, deadLetter);
    }

    public Ledgers withCrash() {
        return new Ledgers(failures, crashes + 1, redeliveries, failureBase, crashBase, deadLetter);
    }

    public Ledgers withRedelivery() {
        return new Ledgers(failures, crashes, redeliveries + 1, failureBase, crashBase, deadLetter);
    }

    /** Forgives what was charged so far; what happened stays counted. */
    public Ledgers rebased() {
        return new Ledgers(failures, crashes, redeliveries, failures, crashes, deadLetter);
    }

    /**
     * As {@link #rebased()}, but with another number of attempts before them.
     *
     * @param left how many more may fail
     * @param maxAttempts how many may fail by the step's policy
     */
    public Ledgers rebased(int left, int maxAttempts) {
        int base = failures + left - maxAttempts;
        return new Ledgers(failures, crashes, redeliveries, base, crashes, deadLetter);
    }

    /** As stored: {@code " f=2 c=1"}, each ledger only when it is not zero. */
    String suffix() {
        if (this.equals(NONE)) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        append(text, "f", failures);
        append(text, "c", crashes);
        append(text, "r", redeliveries);
        append(text, "fb", failureBase);
        append(text, "cb", crashBase);
        if (!deadLetter.isEmpty()) {
            text.append(" dlq=").append(deadLetter);
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String key, int value) {
        if (value != 0) {
            text.append(' ').append(key).append('=').append(value);
        }
    }
}
