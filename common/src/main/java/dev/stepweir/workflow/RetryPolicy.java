package dev.stepweir.workflow;

import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How often a step is tried and how long it waits in between.
 *
 * @param retryable false means exactly one attempt, whatever {@code maxAttempts} says
 * @param maxAttempts attempts in all, the first one counted; 1 to {@value #MOST_ATTEMPTS}
 * @param backoff how the delay grows
 * @param base the delay after the first failure; whole milliseconds, 0 to 30 days
 * @param multiplier what an exponential delay is multiplied with for each further failure; 1 to
 *     1,000
 * @param cap the longest delay before jitter; whole milliseconds, 0 to 30 days
 * @param hardCap whether {@code cap} bounds the delay with its jitter; true where a definition
 *     names a cap of its own
 */
public record RetryPolicy(
        boolean retryable,
        int maxAttempts,
        Backoff backoff,
        Duration base,
        double multiplier,
        Duration cap,
        boolean hardCap) {

    /** The most that {@code max_attempts} may say. */
    public static final int MOST_ATTEMPTS = 1_000_000;

    /** The longest time that a definition may name. */
    public static final Duration LONGEST = Duration.ofDays(30);

    /** Three attempts, exponential from 1 s, doubled each time up to 30 s. */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(
                    true,
                    3,
                    Backoff.EXPONENTIAL,
                    Duration.ofSeconds(1),
                    2,
                    Duration.ofSeconds(30),
                    false);

    private static final double STEEPEST = 1_000;

    /**
     * @throws IllegalArgumentException if a value is out of its bounds; the message names each
     */
    public RetryPolicy {
        List<String> wrong = new ArrayList<>();
        check(
                maxAttempts,
                base,
                multiplier,
                cap,
                (field, found, allowed, message) ->
                        wrong.add(Fault.of(field, found, allowed, message).toString()));
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", wrong));
        }
    }

    /** Adds what is wrong with the values of a policy, by their names in a definition. */
    static void check(
            int maxAttempts, Duration base, double multiplier, Duration cap, Faults faults) {
        if (maxAttempts < 1 || maxAttempts > MOST_ATTEMPTS) {
            faults.add(
                    "max_attempts",
                    Integer.toString(maxAttempts),
                    "1 to " + MOST_ATTEMPTS,
                    "is out of range; the first attempt counts");
        }
        checkTime("backoff_base_ms", base, Duration.ZERO, faults);
        checkTime("max_backoff_ms", cap, Duration.ZERO, faults);
        // Written so that NaN, which is neither below nor above, is refused too.
        if (!(multiplier >= 1 && multiplier <= STEEPEST)) {
            faults.add(
                    "backoff_multiplier",
                    Double.toString(multiplier),
                    "1 to 1000",
                    "is out of range");
        }
    }

    /** Adds what is wrong with a length of time; times are kept in whole milliseconds. */
    static void checkTime(String field, Duration time, Duration least, Faults faults) {
        String allowed = least.toMillis() + " ms to " + LONGEST.toMillis() + " ms (30 days)";
        if (time.isNegative()) {
            faults.add(field, shown(time), allowed, "must not be negative");
        } else if (time.compareTo(least) < 0 || time.compareTo(LONGEST) > 0) {
            faults.add(field, shown(time), allowed, "is out of range");
        } else if (time.toNanosPart() % 1_000_000 != 0) {
            faults.add(field, shown(time), "whole milliseconds", "is too fine");
        }
    }

    private static String shown(Duration time) {
        boolean exact = time.toNanosPart() % 1_000_000 == 0 && time.abs().toDays() < 1_000_000;
        return exact ? time.toMillis() + " ms" : time.toString();
    }

    /** How many attempts a step gets: one if it is not retryable. At least 1. */
    public int attempts() {
        return retryable ? maxAttempts : 1;
    }

    /** Whether a step that has failed {@code failures} times gets no further attempt. */
    public boolean exhausted(int failures) {
        return failures >= attempts();
    }

    /**
     * The delay after failure number {@code failure}, without jitter: for exponential backoff the
     * smaller of {@code base * multiplier^(failure-1)} and {@code cap}. Exact to the microsecond.
     *
     * @param failure counted from 1
     * @throws IllegalArgumentException if {@code failure} is below 1
     */
    public Duration nominalDelay(int failure) {
        if (failure < 1) {
            throw new IllegalArgumentException("failures count from 1 (found " + failure + ")");
        }
        if (backoff == Backoff.NONE || base.isZero() || cap.isZero()) {
            return Duration.ZERO;
        }
        // An interval function rounds down at every step. In nanoseconds that never shows; in
        // milliseconds 1 ms times 1.5 would stay 1 ms for ever.
        long nanos = intervals().apply(Math.min(failure, failuresToCap()));
        return Duration.ofNanos(Math.min(nanos, cap.toNanos()));
    }

    private IntervalFunction intervals() {
        long first = base.toNanos();
        return switch (backoff) {
            case NONE, FIXED -> IntervalFunction.of(first);
            case LINEAR -> IntervalFunction.of(first, delay -> delay + first);
            case EXPONENTIAL ->
                    IntervalFunction.ofExponentialBackoff(first, multiplier, cap.toNanos());
        };
    }

    /**
     * A failure number at which the delay has reached its cap: it costs an interval function as
     * many steps as there were failures, and beyond this one nothing changes.
     */
    private int failuresToCap() {
        double ratio = Math.max(1, (double) cap.toNanos() / base.toNanos());
        double steps =
                switch (backoff) {
                    case NONE, FIXED -> 0;
                    case LINEAR -> ratio;
                    case EXPONENTIAL -> multiplier > 1 ? Math.log(ratio) / Math.log(multiplier) : 0;
                };
        return (int) Math.min(MOST_ATTEMPTS, Math.ceil(steps) + 2);
    }

    /**
     * The delay after failure number {@code failure}: {@link #nominalDelay(int)} plus up to half of
     * it at random, so that steps which failed together do not come back together. With {@link
     * #hardCap()} never above {@link #cap()}. To keep it in milliseconds, round up.
     *
     * @param failure counted from 1
     */
    public Duration delay(int failure, RandomGenerator random) {
        Duration nominal = nominalDelay(failure);
        long jitter = random.nextLong(nominal.toNanos() / 2 + 1);
        Duration delay = nominal.plusNanos(jitter);
        return hardCap && delay.compareTo(cap) > 0 ? cap : delay;
    }
}
