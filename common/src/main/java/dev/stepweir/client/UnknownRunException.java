package dev.stepweir.client;

/** There is no such run: it never was, or it has been purged. */
public final class UnknownRunException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnknownRunException(String message) {
        super(message);
    }
}
