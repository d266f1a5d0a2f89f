package dev.stepweir.run;

/**
 * One publishing of a step: the fence. A report that carries another dispatch than the stored one
 * changes nothing.
 *
 * @param number rises by one with every publishing of the step, from 1
 * @param entryId the id of the stream entry that announces it
 */
public record Dispatch(long number, String entryId) {

    /** In place of an entry: the step became ready while its run was paused. */
    public static final String UNANNOUNCED = "0-0";

    public Dispatch {
        if (number < 1) {
            throw new IllegalArgumentException("dispatch number must be >= 1, found " + number);
        }
        if (!isEntryId(entryId)) {
            throw new IllegalArgumentException("not an entry's id: '" + entryId + "'");
        }
    }

    /** Two numbers, as Redis gives them; a time that Java can hold as one. */
    private static boolean isEntryId(String text) {
        int dash = text.indexOf('-');
        return dash > 0
                && isNumber(text, 0, dash, Long.toString(Long.MAX_VALUE))
                && isNumber(text, dash + 1, text.length(), Long.toUnsignedString(-1));
    }

    private static boolean isNumber(String text, int from, int end, String most) {
        for (int i = from; i < end; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        int digits = end - from;
        return digits > 0
                && (digits < most.length()
                        || (digits == most.length()
                                && text.substring(from, end).compareTo(most) <= 0));
    }

    /** Parses {@code <number>@<entry id>}. */
    public static Dispatch parse(String text) {
        int at = text.indexOf('@');
        if (at < 1) {
            throw new IllegalArgumentException("not a dispatch: '" + text + "'");
        }
        return new Dispatch(Long.parseLong(text, 0, at, 10), text.substring(at + 1));
    }

    /** Whether an entry announced it, which may be lost by now. */
    public boolean isAnnounced() {
        return !entryId.equals(UNANNOUNCED);
    }

    /**
     * The number after this one, under which nothing was published: who executes this dispatch has
     * lost the step.
     */
    public Dispatch withdrawn() {
        return new Dispatch(number + 1, entryId);
    }

    /**
     * When it was published, by the clock of Redis: an entry's id begins with its time. Zero if no
     * entry announced it.
     */
    public long publishedMillis() {
        return Long.parseLong(entryId, 0, entryId.indexOf('-'), 10);
    }

    @Override
    public String toString() {
        return number + "@" + entryId;
    }
}
