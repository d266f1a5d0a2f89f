package dev.stepweir.operator;

/** The states of a step as people see them. */
public enum StepStatus {
    /** Waits for other steps. */
    PENDING,
    /** In its queue; no worker has taken it yet. */
    READY,
    /** A worker holds it. */
    RUNNING,
    /** An attempt failed; the next one comes when its delay is over. */
    WAITING_FOR_RETRY,
    /** Held back by the circuit breaker of what it depends on. */
    PARKED,
    /** Its result is committed. */
    SUCCEEDED,
    /** An operator did without it. */
    SKIPPED,
    /** A dead letter: waits for a person. */
    DEAD,
    /** Its run was cancelled before it had ended. */
    CANCELLED
}
