package dev.stepweir.operator.doctor;

/** What can be wrong with a namespace. */
public enum Ailment {
    /** A step is ready, and no entry announces it. */
    READY_WITHOUT_ENTRY("published again under a new number"),
    /** An entry names no step, or a dispatch that is not current. */
    STRAY_ENTRY("removed"),
    /** A stream that should be there is not. */
    LOST_STREAM("created, with its group"),
    /** A stream has lost its consumer group. */
    LOST_GROUP("created"),
    /** A queue has entries, and reapers do not know of it. */
    UNLISTED_QUEUE("listed"),
    /** A consumer holds nothing, and its process has been silent for long. */
    GHOST_CONSUMER("removed"),
    /** A step or a run waits for its next attempt, or has a deadline, and nothing wakes it. */
    MISSING_TIMER("set again"),
    /** A timer of what does not wait. */
    ORPHAN_TIMER("removed"),
    /** A parked step is not listed where its breaker looks. */
    UNLISTED_PARKED("listed"),
    /** Something is listed as parked and is not. */
    ORPHAN_PARKED("removed from the list"),
    /** A step, or the end of the run, waits for another number of steps than are open. */
    JOIN_MISCOUNTED("counted anew, and published if it waits for nothing"),
    /** A run counts another number of dead steps than it has. */
    DEATHS_MISCOUNTED("counted anew"),
    /** A run is not listed as what it is, or also as something else, or is listed and gone. */
    RUN_MISLISTED("listed as what it is, and nowhere else"),
    /** A definition counts another number of runs than use it. */
    DEFINITION_MISCOUNTED("counted anew; removed if no run uses it"),
    /** The definition that a run is pinned to is not stored. */
    LOST_DEFINITION(""),
    /** A resume lock that never lapses, or of a run that is gone. */
    ORPHAN_LOCK("removed"),
    /** A dead letter whose step is gone, or not dead by it any more. */
    ORPHAN_LETTER("removed"),
    /** A dead letter that the list of letters does not have. */
    UNLISTED_LETTER("listed"),
    /** A dead step whose letter is gone. */
    LOST_LETTER(""),
    /** Something is stored that cannot be read. */
    UNREADABLE("removed if it is a dead letter of no step");

    private final String cure;

    Ailment(String cure) {
        this.cure = cure;
    }

    /** What a repair does; empty when only a person can. */
    public String cure() {
        return cure;
    }

    public boolean isCurable() {
        return !cure.isEmpty();
    }
}
