package dev.stepweir.run;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * Why an attempt failed, as kept with the step, in history and in a dead letter.
 *
 * @param type class of the exception, or the engine's own word such as {@code TIMEOUT}
 * @param message what it said; never null, at most {@value #MAX_MESSAGE} characters
 * @param stack the first lines of its stack trace, or empty
 * @param retryable false when trying again cannot help
 * @param attempt 1-based number of the attempt that failed
 * @param worker who executed it
 */
public record StepError(
        String type, String message, String stack, boolean retryable, int attempt, String worker) {

    public static final int MAX_MESSAGE = 2_000;
    private static final int MAX_STACK = 4_000;

    public StepError {
        message = cut(message, MAX_MESSAGE);
        stack = cut(stack, MAX_STACK);
    }

    /** Describes what a handler threw. */
    public static StepError of(Throwable thrown, boolean retryable, int attempt, String worker) {
        StringWriter stack = new StringWriter();
        thrown.printStackTrace(new PrintWriter(stack));
        String message = thrown.getMessage();
        return new StepError(
                thrown.getClass().getName(),
                message == null ? thrown.getClass().getSimpleName() : message,
                stack.toString(),
                retryable,
                attempt,
                worker);
    }

    private static String cut(String text, int limit) {
        return text.length() <= limit ? text : text.substring(0, limit) + "...";
    }
}
