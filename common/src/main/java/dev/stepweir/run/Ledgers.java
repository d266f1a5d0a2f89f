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
 */
public record Ledgers(
        int failures,
        int crashes,
        int redeliveries,
        int failureBase,
        int crashBase,
        int edits,
        String deadLetter) {

    /**
     * After so many crashes a step is executed alone, so that no other can be blamed for the next.
     */
    public static final int SUSPECT_FROM = 2;

    public static final Ledgers NONE = new Ledgers(0, 0, 0, 0, 0, 0, "");

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
                failed, crashed, redelivered, failureBase, crashBase, edited, deadLetter);
    }

    /** Forgives what was charged so far; what happened stays counted. */
    public Ledgers rebased() {
        return new Ledgers(failures, crashes, redeliveries, failures, crashes, edits, deadLetter);
    }

    /** The same without a dead letter. */
    public Ledgers withoutLetter() {
        return new Ledgers(failures, crashes, redeliveries, failureBase, crashBase, edits, "");
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
        append(text, "ed", edits);
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
