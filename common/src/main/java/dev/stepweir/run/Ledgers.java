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
 * @param readyMillis when it was first ready before a breaker parked it; 0 if none did
 * @param pass the breaker's epoch in which a released step may start; 0 for none
 */
public record Ledgers(
        int failures,
        int crashes,
        int redeliveries,
        int failureBase,
        int crashBase,
        String deadLetter,
        long readyMillis,
        long pass) {

    /** Of a step that no breaker has parked. */
    public Ledgers(
            int failures,
            int crashes,
            int redeliveries,
            int failureBase,
            int crashBase,
            String deadLetter) {
        this(failures, crashes, redeliveries, failureBase, crashBase, deadLetter, 0, 0);
    }

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
        return with(failures + 1, crashes, redeliveries, failureBase, crashBase);
    }

    public Ledgers withCrash() {
        return with(failures, crashes + 1, redeliveries, failureBase, crashBase);
    }

    public Ledgers withRedelivery() {
        return with(failures, crashes, redeliveries + 1, failureBase, crashBase);
    }

    /** Keeps the place that it has among parked steps. */
    public Ledgers withReady(long millis) {
        return new Ledgers(
                failures, crashes, redeliveries, failureBase, crashBase, deadLetter, millis, pass);
    }

    /** Lets it start in that epoch of its breaker; 0 for none. */
    public Ledgers withPass(long epoch) {
        return new Ledgers(
                failures,
                crashes,
                redeliveries,
                failureBase,
                crashBase,
                deadLetter,
                readyMillis,
                epoch);
    }

    private Ledgers with(int f, int c, int r, int fb, int cb) {
        return new Ledgers(f, c, r, fb, cb, deadLetter, readyMillis, pass);
    }

    /** Forgives what was charged so far; what happened stays counted. */
    public Ledgers rebased() {
        return with(failures, crashes, redeliveries, failures, crashes);
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
        append(text, "at", readyMillis);
        append(text, "pass", pass);
        return text.toString();
    }

    private static void append(StringBuilder text, String key, long value) {
        if (value != 0) {
            text.append(' ').append(key).append('=').append(value);
        }
    }
}
