package dev.stepweir.operator.letters;

import dev.stepweir.operator.Attribution;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What people have found out about a dead letter.
 *
 * @param status how far they are
 * @param by who said so last
 * @param notes the latest {@value #MOST_NOTES}, the oldest of them first
 */
public record Investigation(Status status, String by, List<Note> notes) {

    /** Nobody has looked at it yet. */
    public static final Investigation NONE = new Investigation(Status.OPEN, "", List.of());

    /** Older notes are only in the run's history. */
    public static final int MOST_NOTES = 20;

    /** Characters that a note may have. */
    public static final int MAX_TEXT = 2_000;

    /** How far people are with a dead letter. */
    public enum Status {
        /** Nobody is at it. */
        OPEN,
        /** Somebody looks for the cause. */
        INVESTIGATING,
        /** The cause is known, and somebody else has to mend it first. */
        WAITING,
        /** It can be retried. */
        MENDED,
        /** It will not be retried. */
        GIVEN_UP
    }

    /**
     * One note.
     *
     * @param at milliseconds since 1970, by the clock of Redis
     */
    public record Note(long at, String by, String text) {

        /** When it was written. */
        public Instant written() {
            return Instant.ofEpochMilli(at);
        }
    }

    public Investigation {
        notes = List.copyOf(notes);
    }

    /** With one note more, or only another status if the reason is empty. */
    Investigation with(Status next, Attribution said, long now) {
        List<Note> all = new ArrayList<>(notes);
        if (!said.reason().isEmpty()) {
            all.add(new Note(now, said.by(), said.reason()));
        }
        return new Investigation(
                next, said.by(), all.subList(Math.max(0, all.size() - MOST_NOTES), all.size()));
    }
}
