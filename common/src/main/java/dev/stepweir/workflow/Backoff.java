package dev.stepweir.workflow;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The retry strategies: whether a step is tried again, and how the delay before it grows. */
public enum Backoff {
    /** No second attempt. */
    NONE(0),
    /** The next attempt follows at once. */
    IMMEDIATE(0),
    /** The base, each time. */
    FIXED(0.5),
    /** The base times the number of failures. */
    LINEAR(0.5),
    /** The base, multiplied once more for every failure. */
    EXPONENTIAL(0.5),
    /** As exponential, spread as widely as the delay is long: for many that fail together. */
    JITTERED_EXPONENTIAL(1),
    /** As long as the service asked for, and else as is usual for the category of the failure. */
    SERVER_SPECIFIED(0.1);

    private final double jitter;

    Backoff(double jitter) {
        this.jitter = jitter;
    }

    /** The word in definitions: the name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** How much is added at random where a policy does not say, as a share of the delay. */
    public double jitter() {
        return jitter;
    }

    /** The words of all strategies. */
    static List<String> words() {
        return Arrays.stream(values()).map(Backoff::word).toList();
    }

    static Optional<Backoff> ofWord(String word) {
        return Arrays.stream(values()).filter(one -> one.word().equals(word)).findFirst();
    }
}
