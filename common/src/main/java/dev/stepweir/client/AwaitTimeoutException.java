package dev.stepweir.client;

/** A run had not closed when the caller stopped waiting. The run goes on. */
public final class AwaitTimeoutException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    AwaitTimeoutException(String message) {
        super(message);
    }
}
