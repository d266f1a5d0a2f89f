package dev.stepweir.bench;

import java.util.List;
import java.util.OptionalInt;

/**
 * What to measure and how long.
 *
 * @param shapes which shapes, in this order
 * @param steps how many steps each timed drain commits, at least 1,000
 * @param chainRuns how many runs each timed latency pass has, at least 1
 * @param rounds how often each is timed; the median counts; odd
 * @param waiting how many steps wait in the backlog measurement, if it is wanted
 */
record BenchPlan(List<Shape> shapes, int steps, int chainRuns, int rounds, OptionalInt waiting) {

    /** The small backlog that the large one is compared with. */
    static final int FEW_WAITING = 1_000;

    BenchPlan {
        shapes = List.copyOf(shapes);
        if (steps < 1_000 || steps > 20_000_000) {
            throw new IllegalArgumentException("steps must be 1,000 to 20,000,000, not " + steps);
        }
        if (chainRuns < 1 || rounds < 1 || rounds % 2 == 0) {
            throw new IllegalArgumentException(
                    "chainRuns must be positive and rounds odd: " + chainRuns + ", " + rounds);
        }
        if (waiting.isPresent() && waiting.getAsInt() < FEW_WAITING) {
            throw new IllegalArgumentException("waiting must be at least " + FEW_WAITING);
        }
    }

    int runs(Shape shape) {
        return Math.ceilDiv(steps, shape.steps().size());
    }

    /** Warm-up and timed passes of one contender. */
    long passes() {
        long backlog = waiting.isPresent() ? 2L * rounds : 0;
        return shapes.size() * (1L + rounds) + backlog;
    }
}
