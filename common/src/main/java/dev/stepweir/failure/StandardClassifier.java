package dev.stepweir.failure;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Locale;
import java.util.MissingResourceException;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * The classifier that is used unless another is given. What an exception says of itself ({@link
 * Categorized}) goes first, then its type, then the same for each of its causes; only if no type in
 * the chain is known, the words of the messages decide. An {@link IOException} that says nothing
 * more is a passing disturbance.
 */
public final class StandardClassifier implements FailureClassifier {

    /** Causes looked at; a longer chain is most likely a circle. */
    private static final int DEPTH = 16;

    private record Known(Class<? extends Throwable> type, Classification classification) {}

    private record Words(Pattern pattern, Classification classification) {}

    private static final Classification TIMEOUT =
            known(
                    FailureCategory.TIMEOUT,
                    "EXECUTION_TIMEOUT",
                    "see what it waited for, or raise the limit");
    private static final Classification NETWORK =
            known(FailureCategory.NETWORK, "NETWORK_ERROR", "see whether the host can be reached");
    private static final Classification INVALID =
            known(FailureCategory.PERMANENT, "VALIDATION_ERROR", "correct the input or the code");
    private static final Classification CONFIGURATION =
            known(FailureCategory.CONFIGURATION, "CONFIGURATION_ERROR", "correct the worker");
    private static final Classification RESOURCES =
            known(FailureCategory.RESOURCE_EXHAUSTION, "RESOURCE_EXHAUSTED", "make room");
    private static final Classification STATE =
            known(FailureCategory.STATE_INCONSISTENCY, "STATE_ERROR", "");
    private static final Classification PASSING =
            known(FailureCategory.TRANSIENT, "TRANSIENT_ERROR", "");

    /** The first that fits wins: what is special comes before what is general. */
    private static final List<Known> TYPES =
            List.of(
                    new Known(TimeoutException.class, TIMEOUT),
                    new Known(InterruptedIOException.class, TIMEOUT),
                    new Known(UnknownHostException.class, NETWORK),
                    new Known(SocketException.class, NETWORK),
                    new Known(ClosedChannelException.class, NETWORK),
                    new Known(RejectedExecutionException.class, RESOURCES),
                    new Known(VirtualMachineError.class, RESOURCES),
                    new Known(MissingResourceException.class, CONFIGURATION),
                    new Known(ServiceConfigurationError.class, CONFIGURATION),
                    new Known(ClassNotFoundException.class, CONFIGURATION),
                    new Known(LinkageError.class, CONFIGURATION),
                    new Known(IllegalArgumentException.class, INVALID),
                    new Known(ConcurrentModificationException.class, STATE),
                    new Known(IllegalStateException.class, STATE));

    private static final List<Words> WORDS =
            List.of(
                    words(
                            "rate limit|too many requests|throttl|\\b429\\b",
                            "RATE_LIMITED",
                            FailureCategory.RATE_LIMIT),
                    words("timed? ?out", "EXECUTION_TIMEOUT", FailureCategory.TIMEOUT),
                    words(
                            "connection (refused|reset)|unreachable|broken pipe",
                            "NETWORK_ERROR",
                            FailureCategory.NETWORK),
                    words(
                            "out of memory|no space left|too many open files|quota exceeded",
                            "RESOURCE_EXHAUSTED",
                            FailureCategory.RESOURCE_EXHAUSTION),
                    words(
                            "service unavailable|bad gateway|\\b50[234]\\b",
                            "DEPENDENCY_FAILED",
                            FailureCategory.DEPENDENCY_FAILURE),
                    words(
                            "not configured|missing configuration",
                            "CONFIGURATION_ERROR",
                            FailureCategory.CONFIGURATION),
                    words("temporar|try again", "TRANSIENT_ERROR", FailureCategory.TRANSIENT));

    private static final Classification UNKNOWN =
            Classification.of(FailureCategory.UNKNOWN, "UNKNOWN_ERROR", "", 0);

    @Override
    public Classification classify(Throwable thrown, FailedAttempt attempt) {
        return byType(thrown)
                .or(() -> byWords(thrown))
                .orElse(isOrWraps(thrown, IOException.class) ? PASSING : UNKNOWN);
    }

    private static Optional<Classification> byType(Throwable thrown) {
        Throwable each = thrown;
        for (int depth = 0; each != null && depth < DEPTH; depth++) {
            if (each instanceof Categorized itself) {
                return Optional.of(said(itself, each));
            }
            for (Known known : TYPES) {
                if (known.type().isInstance(each)) {
                    return Optional.of(known.classification());
                }
            }
            each = each.getCause();
        }
        return Optional.empty();
    }

    private static boolean isOrWraps(Throwable thrown, Class<? extends Throwable> type) {
        Throwable each = thrown;
        for (int depth = 0; each != null && depth < DEPTH; depth++) {
            if (type.isInstance(each)) {
                return true;
            }
            each = each.getCause();
        }
        return false;
    }

    private static Classification said(Categorized itself, Throwable thrown) {
        FailureCategory category = itself.category();
        return new Classification(
                category,
                category.isRetryable(),
                thrown instanceof RetryAfterException ? "RATE_LIMITED" : category + "_ERROR",
                "",
                1,
                thrown instanceof RetryAfterException asked
                        ? Optional.of(asked.delay())
                        : Optional.empty());
    }

    private static Optional<Classification> byWords(Throwable thrown) {
        Throwable each = thrown;
        for (int depth = 0; each != null && depth < DEPTH; depth++) {
            String message = String.valueOf(each.getMessage()).toLowerCase(Locale.ROOT);
            for (Words words : WORDS) {
                if (words.pattern().matcher(message).find()) {
                    return Optional.of(words.classification());
                }
            }
            each = each.getCause();
        }
        return Optional.empty();
    }

    private static Classification known(FailureCategory category, String code, String hint) {
        return Classification.of(category, code, hint, 0.9);
    }

    private static Words words(String pattern, String code, FailureCategory category) {
        return new Words(Pattern.compile(pattern), Classification.of(category, code, "", 0.5));
    }
}
