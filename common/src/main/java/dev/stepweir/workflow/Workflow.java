package dev.stepweir.workflow;

import dev.stepweir.failure.ErrorHandlingConfig;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A named, versioned definition: steps and what each depends on. A workflow that exists is valid:
 * its names are printable and at most 255 characters, its steps are named once, depend on each
 * other without a cycle, and keep within the limits below. One without steps is valid and completes
 * at once. Immutable.
 *
 * @param name what it is called
 * @param namespaceName the tenant; 1 to 63 of {@code a-z 0-9 . _ -}
 * @param version what its author calls this version; what a run pins is {@link #hash()}
 * @param description free text for people, may be empty
 * @param steps in the order in which they were written
 * @param errorHandling how its steps' failures are treated
 * @param retry how often a run is tried again that dead steps block, and how long it waits; empty
 *     for never
 * @param timeout how long a run may take from its start on; whole milliseconds, 1 ms to 30 days
 */
public record Workflow(
        String name,
        String namespaceName,
        String version,
        String description,
        List<StepDefinition> steps,
        ErrorHandlingConfig errorHandling,
        Optional<RetryPolicy> retry,
        Optional<Duration> timeout) {

    /** Steps of one workflow. */
    public static final int MAX_STEPS = 10_000;

    /** Steps on the longest way through a workflow. */
    public static final int MAX_DEPTH = 1_000;

    /** Dependencies of one step. */
    public static final int MAX_DEPENDENCIES = 1_000;

    /** The namespace of a definition that names none. */
    public static final String DEFAULT_NAMESPACE = "default";

    /** The version of a definition that names none. */
    public static final String DEFAULT_VERSION = "1";

    private static final int HASH_LENGTH = 32;

    /**
     * @throws InvalidWorkflowException with everything that is wrong
     */
    public Workflow {
        steps = List.copyOf(steps);
        List<Fault> faults = new ArrayList<>();
        WorkflowRules.check(
                name,
                namespaceName,
                version,
                description,
                steps,
                timeout,
                (f, is, may, why) -> faults.add(Fault.of(f, is, may, why)));
        if (!faults.isEmpty()) {
            throw new InvalidWorkflowException(name, faults);
        }
    }

    /** With the usual treatment of failures, without retries of the run or a deadline. */
    public Workflow(
            String name,
            String namespaceName,
            String version,
            String description,
            List<StepDefinition> steps) {
        this(
                name,
                namespaceName,
                version,
                description,
                steps,
                ErrorHandlingConfig.DEFAULT,
                Optional.empty(),
                Optional.empty());
    }

    /** Begins a workflow in the default namespace and version. */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /** The step of this name. Looks at each; {@link Graph#step(String)} does not. */
    public Optional<StepDefinition> step(String stepName) {
        return steps.stream().filter(step -> step.name().equals(stepName)).findFirst();
    }

    /**
     * Why this version of Stepweir would not run the workflow: a fault for each step of a type that
     * can be written and stored but not executed yet. Empty if it can be run.
     */
    public List<Fault> runnable() {
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            StepType type = steps.get(i).type();
            if (type != StepType.STANDARD) {
                faults.add(
                        Fault.of(
                                "steps[" + i + "].type",
                                type.word(),
                                StepType.STANDARD.word(),
                                "is not executed by this version"));
            }
        }
        return List.copyOf(faults);
    }

    /**
     * Why workers that have these handlers and no others would never finish a run of it.
     *
     * @param handlers the names under which they are registered
     * @return one fault per step whose handler is not among them
     */
    public List<Fault> withoutHandler(Collection<String> handlers) {
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            String handler = steps.get(i).handler();
            if (!handlers.contains(handler)) {
                faults.add(
                        Fault.of(
                                "steps[" + i + "].handler",
                                Names.quoted(handler),
                                String.join(", ", handlers),
                                "there is no such handler here" + Names.meant(handler, handlers)));
            }
        }
        return List.copyOf(faults);
    }

    /**
     * What identifies the content: 32 hex characters, the first half of the SHA-256 of {@link
     * WorkflowJson#write}. The same for definitions that mean the same, whatever their format, the
     * order of their keys, or defaults left out. Computed anew on each call.
     */
    public String hash() {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(WorkflowJson.write(this));
            return HexFormat.of().formatHex(sum).substring(0, HASH_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Short, since a workflow may have ten thousand steps. */
    @Override
    public String toString() {
        String size = steps.size() == 1 ? "1 step" : steps.size() + " steps";
        return namespaceName + "/" + name + "@" + version + " (" + size + ")";
    }

    /** What a workflow is made from. Not safe for several threads. */
    public static final class Builder {

        private final String name;
        private String namespaceName = DEFAULT_NAMESPACE;
        private String version = DEFAULT_VERSION;
        private String description = "";
        private final List<StepDefinition.Builder> steps = new ArrayList<>();
        private boolean classifies = ErrorHandlingConfig.DEFAULT.useErrorClassification();
        private boolean waits = ErrorHandlingConfig.DEFAULT.useWaitingForRetryState();
        private int attempts = ErrorHandlingConfig.DEFAULT.defaultMaxAttempts();
        private final RetryPolicy.Builder retryDefaults = RetryPolicy.builder();
        private Optional<RetryPolicy.Builder> retry = Optional.empty();
        private Optional<Duration> timeout = Optional.empty();

        Builder(String name) {
            this.name = name;
        }

        /** The tenant; {@value Workflow#DEFAULT_NAMESPACE} if not said. */
        public Builder namespace(String namespaceName) {
            this.namespaceName = namespaceName;
            return this;
        }

        /** The author's version; {@value Workflow#DEFAULT_VERSION} if not said. */
        public Builder version(String version) {
            this.version = version;
            return this;
        }

        /** Free text for people. */
        public Builder description(String description) {
            this.description = description;
            return this;
        }

        /** How failures of the steps are treated. */
        public Builder errorHandling(ErrorHandlingConfig config) {
            return useErrorClassification(config.useErrorClassification())
                    .useWaitingForRetryState(config.useWaitingForRetryState())
                    .defaultMaxAttempts(config.defaultMaxAttempts());
        }

        Builder useErrorClassification(boolean use) {
            this.classifies = use;
            return this;
        }

        Builder useWaitingForRetryState(boolean use) {
            this.waits = use;
            return this;
        }

        /** Attempts of steps that do not say; 3 if not said. */
        public Builder defaultMaxAttempts(int most) {
            this.attempts = most;
            return this;
        }

        /** How steps are retried, as far as they do not say. */
        public Builder retryDefaults(Consumer<RetryPolicy.Builder> define) {
            define.accept(retryDefaults);
            return this;
        }

        /**
         * Tries a run again whose steps have used up their attempts: those that failed, with all
         * their attempts before them. What succeeded stays. The first run counts as an attempt.
         */
        public Builder retry(Consumer<RetryPolicy.Builder> define) {
            RetryPolicy.Builder policy = retry.orElseGet(RetryPolicy::builder);
            define.accept(policy);
            this.retry = Optional.of(policy);
            return this;
        }

        /**
         * How long a run may take from its start on; one that has not ended then fails. As long as
         * it takes if not said.
         */
        public Builder timeout(Duration most) {
            this.timeout = Optional.of(most);
            return this;
        }

        /** Adds a step; {@code define} says what it is. */
        public Builder step(String stepName, Consumer<StepDefinition.Builder> define) {
            StepDefinition.Builder step = new StepDefinition.Builder(stepName);
            define.accept(step);
            steps.add(step);
            return this;
        }

        /**
         * The workflow.
         *
         * @throws InvalidWorkflowException with everything that is wrong
         */
        public Workflow build() {
            List<Fault> faults = new ArrayList<>();
            Parts built = check((f, is, may, why) -> faults.add(Fault.of(f, is, may, why)));
            if (!faults.isEmpty()) {
                throw new InvalidWorkflowException(name, faults);
            }
            ErrorHandlingConfig config = new ErrorHandlingConfig(classifies, waits, attempts);
            return new Workflow(
                    name,
                    namespaceName,
                    version,
                    description,
                    built.steps,
                    config,
                    built.retry,
                    timeout);
        }

        /** Adds everything that is wrong; the parts serve for a workflow if nothing is. */
        Parts check(Faults faults) {
            RetryPolicy inherited = RetryPolicy.DEFAULT;
            if (attempts < 1 || attempts > RetryPolicy.MOST_ATTEMPTS) {
                faults.add(
                        "error_handling.default_max_attempts",
                        Integer.toString(attempts),
                        "1 to " + RetryPolicy.MOST_ATTEMPTS,
                        "is out of range; the first attempt counts");
            } else {
                inherited = RetryPolicy.builder().maxAttempts(attempts).build();
            }
            inherited = retryDefaults.build(inherited, faults.under("retry_defaults"));
            List<StepDefinition> built = new ArrayList<>(steps.size());
            for (int i = 0; i < steps.size(); i++) {
                built.add(steps.get(i).build(inherited, faults.under("steps[" + i + "]")));
            }
            WorkflowRules.check(name, namespaceName, version, description, built, timeout, faults);
            return new Parts(
                    built,
                    retry.map(policy -> policy.build(RetryPolicy.DEFAULT, faults.under("retry"))));
        }
    }

    /** What a builder makes of its steps and of the run's policy. */
    record Parts(List<StepDefinition> steps, Optional<RetryPolicy> retry) {}
}
