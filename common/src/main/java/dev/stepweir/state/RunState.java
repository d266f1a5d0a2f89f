package dev.stepweir.state;

/** The states of a run. */
public enum RunState {
    /** Stored; no orchestrator has started it yet. */
    SUBMITTED(Rescuer.RECONCILER, "Accepted, waits for an orchestrator"),
    /** Its first steps are published. */
    RUNNING(Rescuer.RECONCILER, "Steps are ready, waiting for retry, or being executed"),
    /** Held up by an operator: nothing more of it is published; what is in hand may finish. */
    PAUSED(Rescuer.OPERATOR, "Held up by an operator: publishes nothing, what runs may finish"),
    /** Every step succeeded. */
    COMPLETED(Rescuer.NOBODY, "Every step succeeded"),
    /** Dead steps block the rest, or its deadline passed; an operator opens the run again. */
    FAILED(Rescuer.OPERATOR, "Blocked by dead steps, or too late: needs a person to go on"),
    /** Ended by an operator. */
    CANCELLED(Rescuer.NOBODY, "Ended by an operator");

    private final Rescuer rescuer;
    private final String description;

    RunState(Rescuer rescuer, String description) {
        this.rescuer = rescuer;
        this.description = description;
    }

    public Rescuer rescuer() {
        return rescuer;
    }

    public String description() {
        return description;
    }

    /** True for the states in which no step can move: waiting clients are told of them. */
    public boolean isClosed() {
        return this == COMPLETED || this == FAILED || this == CANCELLED;
    }
}
