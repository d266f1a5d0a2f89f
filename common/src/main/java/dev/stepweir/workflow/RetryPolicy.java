package dev.stepweir.workflow;

import dev.stepweir.failure.FailureCategory;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * How often a step is tried and how long it waits in between.
 *
 * @param retryable false means exactly one attempt, whatever {@code maxAttempts} says
 * @param maxAttempts attempts in all, the first one counted; 1 to {@value #MOST_ATTEMPTS}
 * @param backoff whether and how the delay grows
 * @param base the delay after the first failure; whole milliseconds, 0 to 30 days
 * @param multiplier what an exponential delay is multiplied with for each further failure; 1 to
 *     1,000
 * @param cap the longest delay before jitter; whole milliseconds, 0 to 30 days
 * @param hardCap whether {@code cap} bounds the delay with its jitter; true where a definition
 *     names a cap of its own
 * @param jitter how much of the delay is added at random at most, 0 to 1
 * @param perCategory what holds instead for failures of some categories
 */
public record RetryPolicy(
        boolean retryable,
        int maxAttempts,
        Backoff backoff,
        Duration base,
        double multiplier,
        Duration cap,
        boolean hardCap,
        double jitter,
        Map<FailureCategory, RetryPolicy> perCategory) {

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
        Faults faults = into(wrong);
        check(maxAttempts, base, multiplier, cap, jitter, faults);
        perCategory.forEach((category, own) -> check(category, own, faults));
        refuse(wrong);
        perCategory = Collections.unmodifiableMap(new TreeMap<>(perCategory));
    }

    /** With the usual jitter, and the same for all categories. */
    public RetryPolicy(
            boolean retryable,
            int maxAttempts,
            Backoff backoff,
            Duration base,
            double multiplier,
            Duration cap,
            boolean hardCap) {
        this(
                retryable,
                maxAttempts,
                backoff,
                base,
                multiplier,
                cap,
                hardCap,
                backoff.jitter(),
                Map.of());
    }

    private static Faults into(List<String> wrong) {
        return (field, found, allowed, message) ->
                wrong.add(Fault.of(field, found, allowed, message).toString());
    }

    private static void refuse(List<String> wrong) {
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", wrong));
        }
    }

    /** Begins a policy; what is not said is as in {@link #DEFAULT}. */
    public static Builder builder() {
        return new Builder();
    }

    private static void check(FailureCategory category, RetryPolicy own, Faults faults) {
        if (!category.isRetryable()) {
            faults.add(
                    "per_category." + category.word(),
                    "",
                    "the other categories",
                    "is never tried again");
        }
        if (!own.perCategory.isEmpty()) {
            faults.add(
                    "per_category." + category.word() + ".per_category",
                    "",
                    "nothing",
                    "is inside of another");
        }
    }

    /** Adds what is wrong with the values of a policy, by their names in a definition. */
    private static void check(
            int maxAttempts,
            Duration base,
            double multiplier,
            Duration cap,
            double jitter,
            Faults faults) {
        if (maxAttempts < 1 || maxAttempts > MOST_ATTEMPTS) {
            faults.add(
                    "max_attempts",
                    Integer.toString(maxAttempts),
                    "1 to " + MOST_ATTEMPTS,
                    "is out of range; the first attempt counts");
        }
        faults.checkTime("backoff_base_ms", base, Duration.ZERO);
        faults.checkTime("max_backoff_ms", cap, Duration.ZERO);
        // Written so that NaN, which is neither below nor above, is refused too.
        if (!(multiplier >= 1 && multiplier <= STEEPEST)) {
            faults.add(
                    "backoff_multiplier",
                    Double.toString(multiplier),
                    "1 to 1000",
                    "is out of range");
        }
        if (!(jitter >= 0 && jitter <= 1)) {
            faults.add("jitter", Double.toString(jitter), "0 to 1", "is out of range");
        }
    }

    /** What holds for failures of a category. */
    public RetryPolicy forCategory(FailureCategory category) {
        return perCategory.getOrDefault(category, this);
    }

    /** How many attempts a step gets: one if it is not tried again. At least 1. */
    public int attempts() {
        return retryable && backoff != Backoff.NONE ? maxAttempts : 1;
    }

    /** Whether a step that has failed {@code failures} times gets no further attempt. */
    public boolean exhausted(int failures) {
        return failures >= attempts();
    }

    /** As {@link #nominalDelay(int, FailureCategory)}, for a failure of which nothing is known. */
    public Duration nominalDelay(int failure) {
        return nominalDelay(failure, FailureCategory.UNKNOWN);
    }

    /**
     * The delay after failure number {@code failure}, without jitter: for exponential backoff the
     * smaller of {@code base * multiplier^(failure-1)} and {@code cap}. Exact to the microsecond.
     *
     * @param failure counted from 1
     * @param category what it was taken for; matters where the delay is for others to say, and
     *     nobody did
     * @throws IllegalArgumentException if {@code failure} is below 1
     */
    public Duration nominalDelay(int failure, FailureCategory category) {
        if (failure < 1) {
            throw new IllegalArgumentException("failures count from 1 (found " + failure + ")");
        }
        if (backoff == Backoff.SERVER_SPECIFIED) {
            Duration usual = category.usualDelay(failure);
            return hardCap && usual.compareTo(cap) > 0 ? cap : usual;
        }
        boolean none = backoff == Backoff.NONE || backoff == Backoff.IMMEDIATE;
        if (none || base.isZero() || cap.isZero()) {
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
            case NONE, IMMEDIATE, FIXED, SERVER_SPECIFIED -> IntervalFunction.of(first);
            case LINEAR -> IntervalFunction.of(first, delay -> delay + first);
            case EXPONENTIAL, JITTERED_EXPONENTIAL ->
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
                    case NONE, IMMEDIATE, FIXED, SERVER_SPECIFIED -> 0;
                    case LINEAR -> ratio;
                    case EXPONENTIAL, JITTERED_EXPONENTIAL ->
                            multiplier > 1 ? Math.log(ratio) / Math.log(multiplier) : 0;
                };
        return (int) Math.min(MOST_ATTEMPTS, Math.ceil(steps) + 2);
    }

    /**
     * The delay after failure number {@code failure}: the nominal one plus up to {@link #jitter()}
     * of it at random, so that steps which failed together do not come back together. With {@link
     * #hardCap()} never above {@link #cap()}. To keep it in milliseconds, round up.
     *
     * @param failure counted from 1
     */
    public Duration delay(int failure, FailureCategory category, RandomGenerator random) {
        Duration nominal = nominalDelay(failure, category);
        long most = (long) (nominal.toNanos() * jitter);
        Duration delay = nominal.plusNanos(random.nextLong(most + 1));
        return hardCap && delay.compareTo(cap) > 0 ? cap : delay;
    }

    /**
     * What a policy is made from. What is not said is inherited: by a step from its workflow, by a
     * category from its step. Not safe for several threads.
     */
    public static final class Builder {

        private Optional<Boolean> retryable = Optional.empty();
        private Optional<Integer> maxAttempts = Optional.empty();
        private Optional<Backoff> backoff = Optional.empty();
        private Optional<Duration> base = Optional.empty();
        private Optional<Double> multiplier = Optional.empty();
        private Optional<Duration> cap = Optional.empty();
        private Optional<Boolean> hardCap = Optional.empty();
        private Optional<Double> jitter = Optional.empty();
        private final Map<FailureCategory, Builder> perCategory =
                new EnumMap<>(FailureCategory.class);

        Builder() {}

        /** False for what is tried exactly once. */
        public Builder retryable(boolean retryable) {
            this.retryable = Optional.of(retryable);
            return this;
        }

        /** Attempts in all, the first one counted. */
        public Builder maxAttempts(int maxAttempts) {
            this.maxAttempts = Optional.of(maxAttempts);
            return this;
        }

        /** Whether and how the delay grows. */
        public Builder backoff(Backoff backoff) {
            this.backoff = Optional.of(backoff);
            return this;
        }

        /** How the delay grows, and from where. */
        public Builder backoff(Backoff backoff, Duration base) {
            return backoff(backoff).base(base);
        }

        /** The delay after the first failure. */
        public Builder base(Duration base) {
            this.base = Optional.of(base);
            return this;
        }

        /** What an exponential delay is multiplied with each time. */
        public Builder multiplier(double multiplier) {
            this.multiplier = Optional.of(multiplier);
            return this;
        }

        /** The longest delay, jitter included. */
        public Builder cap(Duration cap) {
            this.cap = Optional.of(cap);
            this.hardCap = Optional.of(true);
            return this;
        }

        /** How much of the delay is added at random at most, 0 to 1. */
        public Builder jitter(double share) {
            this.jitter = Optional.of(share);
            return this;
        }

        /** What holds instead for failures of a category. */
        public Builder on(FailureCategory category, Consumer<Builder> define) {
            define.accept(perCategory.computeIfAbsent(category, c -> new Builder()));
            return this;
        }

        /** All that a policy says, in place of what was said before. */
        Builder all(RetryPolicy policy) {
            cap(policy.cap);
            hardCap = Optional.of(policy.hardCap);
            perCategory.clear();
            policy.perCategory.forEach((category, own) -> on(category, b -> b.all(own)));
            return retryable(policy.retryable)
                    .maxAttempts(policy.maxAttempts)
                    .backoff(policy.backoff, policy.base)
                    .multiplier(policy.multiplier)
                    .jitter(policy.jitter);
        }

        /**
         * The policy.
         *
         * @throws IllegalArgumentException with everything that is wrong
         */
        public RetryPolicy build() {
            List<String> wrong = new ArrayList<>();
            RetryPolicy policy = build(DEFAULT, into(wrong));
            refuse(wrong);
            return policy;
        }

        /** The policy, or the inherited one if something is wrong with it. */
        RetryPolicy build(RetryPolicy inherited, Faults faults) {
            List<String> wrong = new ArrayList<>();
            Faults noted =
                    (field, found, allowed, message) -> {
                        wrong.add(field);
                        faults.add(field, found, allowed, message);
                    };
            int attempts = maxAttempts.orElse(inherited.maxAttempts);
            Duration first = base.orElse(inherited.base);
            double factor = multiplier.orElse(inherited.multiplier);
            Duration longest = cap.orElse(inherited.cap);
            double share = jitter.or(() -> backoff.map(Backoff::jitter)).orElse(inherited.jitter);
            check(attempts, first, factor, longest, share, noted);
            if (!wrong.isEmpty()) {
                checkCategories(inherited, noted);
                return inherited;
            }
            RetryPolicy own =
                    new RetryPolicy(
                            retryable.orElse(inherited.retryable),
                            attempts,
                            backoff.orElse(inherited.backoff),
                            first,
                            factor,
                            longest,
                            hardCap.orElse(inherited.hardCap),
                            share,
                            Map.of());
            Map<FailureCategory, RetryPolicy> categories = new TreeMap<>(inherited.perCategory);
            categories.putAll(checkCategories(own, noted));
            return wrong.isEmpty() ? own.with(categories) : inherited;
        }

        private Map<FailureCategory, RetryPolicy> checkCategories(RetryPolicy own, Faults faults) {
            Map<FailureCategory, RetryPolicy> built = new EnumMap<>(FailureCategory.class);
            perCategory.forEach((category, builder) -> {
                Faults place = faults.under("per_category." + category.word());
                RetryPolicy policy = builder.build(own, place);
                check(category, policy, faults);
                built.put(category, policy);
            });
            return built;
        }
    }

    private RetryPolicy with(Map<FailureCategory, RetryPolicy> categories) {
        return new RetryPolicy(
                retryable,
                maxAttempts,
                backoff,
                base,
                multiplier,
                cap,
                hardCap,
                jitter,
                categories);
    }
}
