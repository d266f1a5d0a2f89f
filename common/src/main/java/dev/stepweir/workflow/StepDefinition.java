package dev.stepweir.workflow;

import dev.stepweir.failure.FailureCategory;
import dev.stepweir.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One step of a {@link Workflow}, which is what checks it: names, limits and dependencies only mean
 * something among the other steps.
 *
 * @param name unique in the workflow
 * @param type the kind of work
 * @param dependencies names of the steps that must have succeeded before this one starts
 * @param handler the name under which workers register the code
 * @param settings what the handler reads when it runs; JSON values, deeply immutable, see {@link
 *     Json#value(Object)}
 * @param retry how often it is tried
 * @param timeout how long one attempt may take; whole milliseconds, 1 ms to 30 days
 * @param breaker the circuit breaker that it runs under, if any
 * @param description free text for people, may be empty
 * @param idempotency whether runs share its result
 */
public record StepDefinition(
        String name,
        StepType type,
        List<String> dependencies,
        String handler,
        Map<String, @Nullable Object> settings,
        RetryPolicy retry,
        Optional<Duration> timeout,
        Optional<BreakerPolicy> breaker,
        String description,
        Optional<Idempotency> idempotency) {

    /** A stored definition, its list of steps and the step are around them. */
    static final int ABOVE_SETTINGS = 3;

    /**
     * @throws IllegalArgumentException if a setting is no JSON value, or could not be read again
     */
    public StepDefinition {
        dependencies = List.copyOf(dependencies);
        settings = Json.object(settings, ABOVE_SETTINGS);
    }

    /** Whose breaker may hold it back: what it declares, or its handler. */
    public String dependency() {
        return breaker.map(BreakerPolicy::dependency).orElse(handler);
    }

    /** What a step is made from, in {@link Workflow.Builder#step}. Not safe for several threads. */
    public static final class Builder {

        private final String name;
        private StepType type = StepType.STANDARD;
        private final List<String> dependencies = new ArrayList<>();
        private String handler = "";
        private final Map<String, @Nullable Object> settings = new LinkedHashMap<>();
        private final RetryPolicy.Builder retry = RetryPolicy.builder();
        private Optional<Duration> timeout = Optional.empty();
        private Optional<BreakerPolicy> breaker = Optional.empty();
        private String description = "";
        private Optional<String> sharedKey = Optional.empty();
        private Duration sharedFor = Idempotency.DEFAULT_TTL;

        Builder(String name) {
            this.name = name;
        }

        /** The kind of work; {@link StepType#STANDARD} if not said. */
        public Builder type(StepType type) {
            this.type = type;
            return this;
        }

        /** The name of the code to call. Must be given. */
        public Builder handler(String handler) {
            this.handler = handler;
            return this;
        }

        String handler() {
            return handler;
        }

        /** Adds steps that must have succeeded before this one starts. */
        public Builder after(String... steps) {
            return after(List.of(steps));
        }

        /** Adds steps that must have succeeded before this one starts. */
        public Builder after(Collection<String> steps) {
            dependencies.addAll(steps);
            return this;
        }

        /** One setting for the handler: a JSON value. */
        public Builder setting(String key, @Nullable Object value) {
            settings.put(key, value);
            return this;
        }

        /** Settings for the handler, added to those that are there. */
        public Builder settings(Map<String, ? extends @Nullable Object> more) {
            settings.putAll(more);
            return this;
        }

        /** False for a step that is tried exactly once. */
        public Builder retryable(boolean retryable) {
            retry.retryable(retryable);
            return this;
        }

        /** Attempts in all, the first one counted; the workflow's if not said. */
        public Builder maxAttempts(int maxAttempts) {
            retry.maxAttempts(maxAttempts);
            return this;
        }

        /** Whether and how the delay between attempts grows. */
        public Builder backoff(Backoff backoff) {
            retry.backoff(backoff);
            return this;
        }

        /** How the delay between attempts grows, and from where. */
        public Builder backoff(Backoff backoff, Duration base) {
            retry.backoff(backoff, base);
            return this;
        }

        /**
         * As {@link #backoff(Backoff, Duration)}, never longer than {@code cap}, jitter included.
         */
        public Builder backoff(Backoff backoff, Duration base, Duration cap) {
            return backoff(backoff, base).cap(cap);
        }

        /** What an exponential delay is multiplied with each time; 2 if not said. */
        public Builder multiplier(double multiplier) {
            retry.multiplier(multiplier);
            return this;
        }

        /** The longest delay between attempts, jitter included. */
        public Builder cap(Duration cap) {
            retry.cap(cap);
            return this;
        }

        /** How much of a delay is added at random at most, 0 to 1. */
        public Builder jitter(double share) {
            retry.jitter(share);
            return this;
        }

        /** What holds instead for failures of a category; the rest is as for the step. */
        public Builder retryOn(FailureCategory category, Consumer<RetryPolicy.Builder> define) {
            retry.on(category, define);
            return this;
        }

        /** Says more of the policy. */
        public Builder retry(Consumer<RetryPolicy.Builder> define) {
            define.accept(retry);
            return this;
        }

        /** A whole policy at once, in place of what was said before. */
        public Builder retry(RetryPolicy policy) {
            retry.all(policy);
            return this;
        }

        /** How long one attempt may take; unlimited if not said. */
        public Builder timeout(Duration timeout) {
            this.timeout = Optional.of(timeout);
            return this;
        }

        /** The circuit breaker to run under; none if not said. */
        public Builder breaker(BreakerPolicy policy) {
            this.breaker = Optional.of(policy);
            return this;
        }

        /** The circuit breaker of a dependency, with the usual limits. */
        public Builder breaker(String dependency) {
            return breaker(BreakerPolicy.of(dependency));
        }

        /**
         * Executed once for all runs in which the same flows in: later ones get the result of the
         * first.
         *
         * @param key what is executed once, such as {@code charge}
         */
        public Builder idempotency(String key) {
            return idempotency(key, Idempotency.DEFAULT_TTL);
        }

        /** As {@link #idempotency(String)}, remembered for so long; whole seconds. */
        public Builder idempotency(String key, Duration ttl) {
            this.sharedKey = Optional.of(key);
            this.sharedFor = ttl;
            return this;
        }

        /** Free text for people. */
        public Builder description(String description) {
            this.description = description;
            return this;
        }

        /**
         * The step as it stands. A retry policy that breaks its bounds is reported and replaced by
         * the inherited one, so that the other rules can still be checked.
         */
        StepDefinition build(RetryPolicy inherited, Faults faults) {
            return new StepDefinition(
                    name,
                    type,
                    dependencies,
                    handler,
                    checkedSettings(faults),
                    retry.build(inherited, faults.under("retry")),
                    timeout,
                    breaker,
                    description,
                    checkedIdempotency(faults));
        }

        private Optional<Idempotency> checkedIdempotency(Faults faults) {
            List<String> wrong = new ArrayList<>();
            sharedKey.ifPresent(key ->
                    Idempotency.check(
                            key,
                            sharedFor,
                            (field, found, allowed, message) -> {
                                wrong.add(field);
                                faults.add("idempotency." + field, found, allowed, message);
                            }));
            return sharedKey
                    .filter(key -> wrong.isEmpty())
                    .map(key -> new Idempotency(key, sharedFor));
        }

        private Map<String, @Nullable Object> checkedSettings(Faults faults) {
            try {
                return Json.object(settings, ABOVE_SETTINGS);
            } catch (IllegalArgumentException e) {
                faults.add("settings", "", "JSON values", String.valueOf(e.getMessage()));
                return Map.of();
            }
        }
    }
}
