package dev.stepweir.proof;

import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.BreakerPolicy;
import dev.stepweir.workflow.StepDefinition;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;

/** Workflows of witnessed steps. */
final class Shapes {

    private Shapes() {}

    /** Each step after the one before it. */
    static Workflow chain(int steps, int millis) {
        Workflow.Builder chain = Workflow.builder("chain");
        for (int i = 0; i < steps; i++) {
            String[] after = i == 0 ? new String[0] : new String[] {"s" + (i - 1)};
            chain.step("s" + i, s -> witnessed(s, millis).after(after));
        }
        return chain.build();
    }

    /** One, then two at once, then one. */
    static Workflow diamond(int millis) {
        return fan(2, millis);
    }

    /** One, then many at once, then one. */
    static Workflow fan(int width, int millis) {
        String[] middle = new String[width];
        Workflow.Builder fan = Workflow.builder("fan");
        fan.step("first", s -> witnessed(s, millis));
        for (int i = 0; i < width; i++) {
            middle[i] = "part" + i;
            fan.step(middle[i], s -> witnessed(s, millis).after("first"));
        }
        fan.step("last", s -> witnessed(s, millis).after(middle));
        return fan.build();
    }

    /** A step that fails before it succeeds, then one that does not. */
    static Workflow retried(int failures, int millis) {
        return Workflow.builder("retried")
                .step("s0", s -> witnessed(s, millis).setting(Witness.FAILURES, failures))
                .step("s1", s -> witnessed(s, millis).after("s0"))
                .build();
    }

    /** A step whose failures open its breaker, so that it is parked and succeeds as a probe. */
    static Workflow guarded(int failures, int millis) {
        BreakerPolicy policy = new BreakerPolicy("api", failures, Duration.ofMillis(100));
        return Workflow.builder("guarded")
                .step(
                        "s0",
                        s ->
                                witnessed(s, millis)
                                        .setting(Witness.FAILURES, failures)
                                        .breaker(policy))
                .step("s1", s -> witnessed(s, millis).after("s0").breaker(policy))
                .build();
    }

    /** A step whose attempts are used up before it can succeed; a redrive brings it there. */
    static Workflow exhausted(int millis) {
        return Workflow.builder("exhausted")
                .step("s0", s -> witnessed(s, millis).setting(Witness.FAILURES, 3).maxAttempts(2))
                .step("s1", s -> witnessed(s, millis).after("s0"))
                .build();
    }

    /** The same, and the run is tried again by itself until it is there. */
    static Workflow retriedAsWhole(int millis) {
        return Workflow.builder("retried as a whole")
                .retry(r -> r.maxAttempts(1_000).backoff(Backoff.FIXED, Duration.ofMillis(50)))
                .step("s0", s -> witnessed(s, millis).setting(Witness.FAILURES, 3).maxAttempts(2))
                .step("s1", s -> witnessed(s, millis).after("s0"))
                .build();
    }

    /** Has time for three of its five steps, and for the rest when it is resumed. */
    static Workflow late(int millis) {
        Workflow.Builder late =
                Workflow.builder("late").timeout(Duration.ofMillis(7L * millis / 2));
        for (int i = 0; i < 5; i++) {
            String[] after = i == 0 ? new String[0] : new String[] {"s" + (i - 1)};
            late.step("s" + i, s -> witnessed(s, millis).after(after));
        }
        return late.build();
    }

    /** The witness itself fails while it cannot write: many quick attempts. */
    private static StepDefinition.Builder witnessed(StepDefinition.Builder step, int millis) {
        return step.handler(Witness.HANDLER)
                .setting("millis", millis)
                .maxAttempts(1_000)
                .backoff(Backoff.FIXED, Duration.ofMillis(100));
    }
}
