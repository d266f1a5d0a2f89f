package dev.stepweir.client;

/** The id of the run belongs to a run of another definition. */
public final class RunConflictException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RunConflictException(String message) {
        super(message);
    }
}
