package dev.stepweir.run;

import dev.stepweir.failure.Classification;
import dev.stepweir.failure.FailureCategory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Why an attempt failed, as kept with the step, in history and in a dead letter.
 *
 * @param type class of the exception, or the engine's own word such as {@code TIMEOUT}
 * @param message what it said; never null, at most {@value #MAX_MESSAGE} characters
 * @param stack the first lines of its stack trace, or empty
 * @param retryable false when trying again cannot help
 * @param attempt 1-based number of the attempt that failed
 * @param worker who executed it
 * @param category what kind of failure it was taken for
 * @param code a stable word for the cause, such as {@code EXECUTION_TIMEOUT}
 * @param hint what a person may do about it, or empty
 * @param retryAfterMillis how long the other side asked to be left alone; 0 if it did not ask
 * @param confidence how sure the classifier was, 0 to 1
 * @param finalAttempt whether the step had no attempt left after this one
 */
public record StepError(
        String type,
        String message,
        String stack,
        boolean retryable,
        int attempt,
        String worker,
        FailureCategory category,
        String code,
        String hint,
        long retryAfterMillis,
        double confidence,
        boolean finalAttempt) {

    public static final int MAX_MESSAGE = 2_000;
    private static final int MAX_STACK = 4_000;

    public StepError {
        message = cut(message, MAX_MESSAGE);
        stack = cut(stack, MAX_STACK);
    }

    /** An error that the engine itself has found. */
    public static StepError ofEngine(
            String type,
            String message,
            Classification classification,
            int attempt,
            String worker) {
        return of(type, message, "", classification, attempt, worker);
    }

    /** How long the other side asked to be left alone, if it did. */
    public Optional<Duration> requestedDelay() {
        return retryAfterMillis == 0
                ? Optional.empty()
                : Optional.of(Duration.ofMillis(retryAfterMillis));
    }

    /** Describes what a handler threw. */
    public static StepError of(
            Throwable thrown, Classification classification, int attempt, String worker) {
        String simpleName = thrown.getClass().getSimpleName();
        return of(
                thrown.getClass().getName(),
                said(() -> Objects.requireNonNullElse(thrown.getMessage(), simpleName)),
                said(() -> stack(thrown)),
                classification,
                attempt,
                worker);
    }

    private static String stack(Throwable thrown) {
        StringWriter stack = new StringWriter();
        thrown.printStackTrace(new PrintWriter(stack));
        return stack.toString();
    }

    /** What an exception says of itself is its author's code, which may fail as well. */
    private static String said(Supplier<String> of) {
        try {
            return of.get();
        } catch (RuntimeException | Error broken) {
            return "(it cannot say: " + broken.getClass().getName() + ")";
        }
    }

    private static StepError of(
            String type,
            String message,
            String stack,
            Classification classification,
            int attempt,
            String worker) {
        return new StepError(
                type,
                message,
                stack,
                classification.retryable(),
                attempt,
                worker,
                classification.category(),
                classification.code(),
                classification.hint(),
                classification.requestedDelay().map(Duration::toMillis).orElse(0L),
                classification.confidence(),
                false);
    }

    /** The same error of an attempt after which none was left. */
    public StepError ofFinalAttempt() {
        return new StepError(
                type,
                message,
                stack,
                retryable,
                attempt,
                worker,
                category,
                code,
                hint,
                retryAfterMillis,
                confidence,
                true);
    }

    private static String cut(String text, int limit) {
        return text.length() <= limit ? text : text.substring(0, limit) + "...";
    }
}
