package dev.stepweir.breaker;

/** What a breaker does with the steps of its dependency. */
public enum BreakerState {
    /** All may start. */
    CLOSED("every step may start"),
    /** None may start until its time is over; then one parked step is let through as a probe. */
    OPEN("parks every step until a probe is made"),
    /** One probe is under way in the whole cluster; all others are parked. */
    HALF_OPEN("parks every step but one probe"),
    /** The dependency answers again: the parked steps are let through in growing waves. */
    RAMPING("lets parked steps through in growing waves"),
    /** An operator holds it open; no probe is made. */
    FORCED_OPEN("parks every step until an operator closes it");

    private final String description;

    BreakerState(String description) {
        this.description = description;
    }

    /** Whether parked steps go on, one after the other. */
    public boolean releases() {
        return this == CLOSED || this == RAMPING;
    }

    /** What it does, as the end of a sentence. */
    public String description() {
        return description;
    }
}
