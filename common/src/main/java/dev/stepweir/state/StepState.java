package dev.stepweir.state;

/**
 * The states a step is stored in. {@code RUNNING} is not among them: it is a view of {@link #READY}
 * whose entry a worker holds.
 */
public enum StepState {
    /** Waits for predecessors; a join that has seen some of them stores how many are still open. */
    PENDING(Rescuer.PREDECESSOR, "Waits for other steps"),
    /** Published; a worker may hold its entry. */
    READY(Rescuer.REAPER, "Published to its queue; shown as RUNNING while a worker holds it"),
    /** Failed or crashed; its timer publishes it again. */
    WAITING_FOR_RETRY(
            Rescuer.RECONCILER,
            "Failed or put off, and will be published again when its delay is over"),
    /** Held back by the circuit breaker of its dependency; nothing is charged. */
    PARKED(
            Rescuer.RECONCILER,
            "Held back by the circuit breaker of what it depends on; charged nothing"),
    /** Committed; the result is kept with the run. */
    SUCCEEDED(Rescuer.NOBODY, "Its result is committed"),
    /** An operator did without it; what waited for it goes on. */
    SKIPPED(Rescuer.NOBODY, "An operator did without it"),
    /** Will not be tried again without a person; kept whole in the dead-letter stream. */
    DEAD(Rescuer.OPERATOR, "A dead letter: waits for a person");

    private final Rescuer rescuer;
    private final String description;

    StepState(Rescuer rescuer, String description) {
        this.rescuer = rescuer;
        this.description = description;
    }

    public Rescuer rescuer() {
        return rescuer;
    }

    public String description() {
        return description;
    }

    /**
     * True when nothing leads out of this state. {@link #DEAD} is not final: it can be redriven.
     */
    public boolean isFinal() {
        return rescuer == Rescuer.NOBODY;
    }

    /** True when the engine itself will move the step on; a run with such a step can proceed. */
    public boolean isMoving() {
        return this == READY || this == WAITING_FOR_RETRY || this == PARKED;
    }
}
