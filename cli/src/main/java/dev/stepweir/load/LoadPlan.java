package dev.stepweir.load;

import dev.stepweir.text.Durations;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What to load a stack with.
 *
 * @param workflow of every run
 * @param runs in all, 1 to 10,000,000
 * @param concurrency runs that are open at once, 1 to 10,000
 * @param patience how long one run may take before it counts as failed; positive
 */
record LoadPlan(Workflow workflow, int runs, int concurrency, Duration patience) {

    LoadPlan {
        within("runs", runs, 10_000_000);
        within("concurrency", concurrency, 10_000);
        if (!patience.isPositive()) {
            throw new IllegalArgumentException(
                    "--wait-timeout must be positive, found " + Durations.text(patience));
        }
    }

    private static void within(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    "--%s must be 1 to %,d, found %,d".formatted(name, most, value));
        }
    }

    /** One step, then eight at once, then one that waits for the eight; all built in. */
    static Workflow fan() {
        Workflow.Builder fan =
                Workflow.builder("load-fan").step("start", step -> step.handler("echo"));
        List<String> leaves = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
            String leaf = "leaf-" + i;
            leaves.add(leaf);
            fan.step(leaf, step -> step.handler("echo").after("start"));
        }
        return fan.step("end", step -> step.handler("echo").after(leaves)).build();
    }
}
