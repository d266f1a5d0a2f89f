package dev.stepweir.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A graph of no-op steps that a benchmark runs. */
enum Shape {
    /** Independent runs of one step. */
    PLAIN(List.of(new Node(List.of(), 0))),
    /** One step, then eight at once, then one that waits for the eight. */
    FAN(fan(8)),
    /** Ten steps in sequence, many runs at once. */
    CHAIN(chain(10)),
    /** Ten steps in sequence, one run at a time: the time from step to step counts. */
    LATENCY(chain(10));

    /**
     * One step of the graph.
     *
     * @param next the steps that wait for this one, by index
     * @param needs how many steps this one waits for
     */
    record Node(List<Integer> next, int needs) {}

    private final List<Node> steps;

    Shape(List<Node> steps) {
        this.steps = steps;
    }

    /** The steps; the first one starts the run and the last one ends it. */
    List<Node> steps() {
        return steps;
    }

    /** The name in options and reports. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static List<Node> chain(int length) {
        List<Node> steps = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            steps.add(new Node(i + 1 < length ? List.of(i + 1) : List.of(), i == 0 ? 0 : 1));
        }
        return List.copyOf(steps);
    }

    private static List<Node> fan(int width) {
        List<Node> steps = new ArrayList<>();
        List<Integer> middle = new ArrayList<>();
        for (int i = 1; i <= width; i++) {
            middle.add(i);
        }
        steps.add(new Node(List.copyOf(middle), 0));
        for (int i = 1; i <= width; i++) {
            steps.add(new Node(List.of(width + 1), 1));
        }
        steps.add(new Node(List.of(), width));
        return List.copyOf(steps);
    }
}
