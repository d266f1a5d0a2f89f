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
 * @param edits how often an operator changed what flows in; from the first on that is what counts
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
        int edits,
        String deadLetter,
        long readyMillis,
        long pass) {

    /** Of a step that no breaker has parked, and whose input nobody changed. */
    public Ledgers(
            int failures,
            int crashes,
            int redeliveries,
            int failureBase,
            int crashBase,
            String deadLetter) {
        this(failures, crashes, redeliveries, failureBase, crashBase, 0, deadLetter, 0, 0);
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

    /** Whether a person has said what flows in. */
    public boolean isEdited() {
        return edits > 0;
    }

    public Ledgers withFailure() {
        return counted(failures + 1, crashes, redeliveries, edits);
    }

    public Ledgers withCrash() {
        return counted(failures, crashes + 1, redeliveries, edits);
    }

    public Ledgers withRedelivery() {
        return counted(failures, crashes, redeliveries + 1, edits);
    }

    public Ledgers withEdit() {
        return counted(failures, crashes, redeliveries, edits + 1);
    }

    private Ledgers counted(int failed, int crashed, int redelivered, int edited) {
        return new Ledgers(
                failed,
                crashed,
                redelivered,
                failureBase,
                crashBase,
                edited,
                deadLetter,
                readyMillis,
                pass);
    }

    /** Keeps the place that it has among parked steps. */
    public Ledgers withReady(long millis) {
        return with(failureBase, crashBase, deadLetter, millis, pass);
    }

    /** Lets it start in that epoch of its breaker; 0 for none. */
    public Ledgers withPass(long epoch) {
        return with(failureBase, crashBase, deadLetter, readyMillis, epoch);
    }

    /** The same without a dead letter. */
    public Ledgers withoutLetter() {
        return with(failureBase, crashBase, "", readyMillis, pass);
    }

    private Ledgers with(int failed, int crashed, String letter, long ready, long epoch) {
        return new Ledgers(
                failures, crashes, redeliveries, failed, crashed, edits, letter, ready, epoch);
    }

    /** Forgives what was charged so far; what happened stays counted. */
    public Ledgers rebased() {
        return with(failures, crashes, deadLetter, readyMillis, pass);
    }

    /**
     * As {@link #rebased()}, but with another number of attempts before them.
     *
     * @param left how many more may fail
     * @param maxAttempts how many may fail by the policy that they will be held against
     */
    public Ledgers rebased(int left, int maxAttempts) {
        return with(failures + left - maxAttempts, crashes, deadLetter, readyMillis, pass);
    }

    /**
     * As stored: {@code " f=2 c=1"}, each only when it is not zero, and the dead letter last, whose
     * id a script may have to append.
     */
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
        append(text, "ed", edits);
        append(text, "at", readyMillis);
        append(text, "pass", pass);
        if (!deadLetter.isEmpty()) {
            text.append(" dlq=").append(deadLetter);
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String key, long value) {
        if (value != 0) {
            text.append(' ').append(key).append('=').append(value);
        }
    }
}
