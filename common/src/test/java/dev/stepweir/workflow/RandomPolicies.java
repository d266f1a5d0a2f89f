package dev.stepweir.workflow;

import dev.stepweir.failure.FailureCategory;
import java.time.Duration;
import java.util.Random;

/** Retry policies as definitions might have them, from a seed. */
final class RandomPolicies {

    private static final FailureCategory[] CATEGORIES = FailureCategory.values();

    private RandomPolicies() {}

    static FailureCategory category(Random random) {
        return CATEGORIES[random.nextInt(CATEGORIES.length)];
    }

    static RetryPolicy policy(Random random) {
        RetryPolicy.Builder policy = RetryPolicy.builder();
        say(policy, random);
        for (FailureCategory category : CATEGORIES) {
            if (category.isRetryable() && random.nextInt(4) == 0) {
                policy.on(category, own -> say(own, random));
            }
        }
        return policy.build();
    }

    private static void say(RetryPolicy.Builder policy, Random random) {
        if (random.nextBoolean()) {
            policy.maxAttempts(1 + random.nextInt(100));
        }
        if (random.nextBoolean()) {
            policy.backoff(Backoff.values()[random.nextInt(Backoff.values().length)]);
        }
        if (random.nextBoolean()) {
            policy.base(Duration.ofMillis(random.nextInt(100_000)));
        }
        if (random.nextBoolean()) {
            policy.cap(Duration.ofMillis(random.nextInt(1_000_000)));
        }
        if (random.nextBoolean()) {
            policy.multiplier(1 + random.nextDouble() * 10);
        }
        if (random.nextBoolean()) {
            policy.jitter(random.nextDouble());
        }
    }

    /** The policy after a step that has it was stored and read again. */
    static RetryPolicy stored(RetryPolicy policy) {
        Workflow workflow =
                Workflow.builder("w").step("a", s -> s.handler("h").retry(policy)).build();
        return WorkflowJson.read(WorkflowJson.write(workflow)).steps().getFirst().retry();
    }
}
