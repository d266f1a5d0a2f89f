package dev.stepweir.workflow;

import dev.stepweir.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /**
     * @throws IllegalArgumentException if a setting is no JSON value
     */
    public StepDefinition {
        dependencies = List.copyOf(dependencies);
        settings = Json.object(settings);
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
        private boolean retryable = RetryPolicy.DEFAULT.retryable();
        private int maxAttempts = RetryPolicy.DEFAULT.maxAttempts();
        private Backoff backoff = RetryPolicy.DEFAULT.backoff();
        private Duration base = RetryPolicy.DEFAULT.base();
        private double multiplier = RetryPolicy.DEFAULT.multiplier();
        private Duration cap = RetryPolicy.DEFAULT.cap();
        private boolean hardCap = RetryPolicy.DEFAULT.hardCap();
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
            this.retryable = retryable;
            return this;
        }

        /** Attempts in all, the first one counted; 3 if not said. */
        public Builder maxAttempts(int maxAttempts) {
            this.maxAttempts = maxAttempts;
            return this;
        }

        /** How the delay between attempts grows, and from where. */
        public Builder backoff(Backoff backoff, Duration base) {
            this.backoff = backoff;
            this.base = base;
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
            this.multiplier = multiplier;
            return this;
        }

        /** The longest delay between attempts, jitter included. */
        public Builder cap(Duration cap) {
            this.cap = cap;
            this.hardCap = true;
            return this;
        }

        /** A whole policy at once, in place of what was said before. */
        public Builder retry(RetryPolicy policy) {
            this.retryable = policy.retryable();
            this.maxAttempts = policy.maxAttempts();
            this.backoff = policy.backoff();
            this.base = policy.base();
            this.multiplier = policy.multiplier();
            this.cap = policy.cap();
            this.hardCap = policy.hardCap();
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
         * the default one, so that the other rules can still be checked.
         */
        StepDefinition build(Faults faults) {
            List<String> wrong = new ArrayList<>();
            RetryPolicy.check(
                    maxAttempts,
                    base,
                    multiplier,
                    cap,
                    (field, found, allowed, message) -> {
                        wrong.add(field);
                        faults.add("retry." + field, found, allowed, message);
                    });
            RetryPolicy retry =
                    wrong.isEmpty()
                            ? new RetryPolicy(
                                    retryable, maxAttempts, backoff, base, multiplier, cap, hardCap)
                            : RetryPolicy.DEFAULT;
            return new StepDefinition(
                    name,
                    type,
                    dependencies,
                    handler,
                    checkedSettings(faults),
                    retry,
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
                return Json.object(settings);
            } catch (IllegalArgumentException e) {
                faults.add("settings", "", "JSON values", String.valueOf(e.getMessage()));
                return Map.of();
            }
        }
    }
}
