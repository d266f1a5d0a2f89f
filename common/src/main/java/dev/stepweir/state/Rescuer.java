package dev.stepweir.state;

/** Who brings work forward when the process that should have done it has died. */
public enum Rescuer {
    /** A predecessor's commit makes the step ready; the predecessor has a rescuer of its own. */
    PREDECESSOR("the rescuer of the step it waits for"),
    /** Takes entries back from workers that stopped renewing them. */
    REAPER("the reaper"),
    /** Publishes again what became due or lost its entry, timer or doorbell. */
    RECONCILER("the orchestrator's reconciler"),
    /** A person, by redrive, resume or cancel. */
    OPERATOR("an operator"),
    /** Nothing is left to rescue. */
    NOBODY("nobody: the state is final");

    private final String description;

    Rescuer(String description) {
        this.description = description;
    }

    public String description() {
        return description;
    }
}
