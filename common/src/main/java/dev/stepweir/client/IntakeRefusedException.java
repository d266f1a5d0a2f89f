package dev.stepweir.client;

/**
 * Redis is nearly full: no run is accepted until there is room again. Runs accepted before go on to
 * their end.
 */
public final class IntakeRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    IntakeRefusedException(String message) {
        super(message);
    }

    IntakeRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
