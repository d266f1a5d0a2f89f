package dev.stepweir.handler;

/**
 * This execution of a step is not the current one any more: its lease was lost, or its run closed.
 * A handler need not catch it; whatever it does now is dropped.
 */
public final class StepAbandonedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StepAbandonedException(String message) {
        super(message);
    }
}
