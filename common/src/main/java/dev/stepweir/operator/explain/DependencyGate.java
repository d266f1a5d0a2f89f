package dev.stepweir.operator.explain;

import dev.stepweir.operator.explain.Cause.Dependency;
import dev.stepweir.operator.explain.Cause.JustUnblocked;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A step waits for all that it depends on; the first that is open is followed to the root, which is
 * the first step on the way that waits for something else.
 */
final class DependencyGate implements Explainer {

    /** Of a longer chain the beginning and the root are told. */
    static final int MOST_TOLD = 8;

    /** One step on the way to the root. */
    private record Link(String step, StepState state, int others) {}

    @Override
    public Set<Class<? extends Cause>> causes() {
        return Set.of(Dependency.class, JustUnblocked.class);
    }

    @Override
    public Optional<Cause> explain(Situation step) {
        if (step.state() != StepState.PENDING) {
            return Optional.empty();
        }
        List<Link> way = wayToRoot(step);
        if (way.isEmpty()) {
            boolean runs = step.head().state() == RunState.RUNNING;
            return runs ? Optional.of(new JustUnblocked()) : Optional.empty();
        }
        Link root = way.getLast();
        int told = Math.min(way.size() - 1, MOST_TOLD);
        int skipped = way.size() - 1 - told;
        Cause cause = cause(root, skipped, step.because(root.step()));
        for (Link link : way.subList(0, told).reversed()) {
            cause = cause(link, 0, List.of(cause));
        }
        return Optional.of(cause);
    }

    private static Cause cause(Link link, int skipped, List<Cause> because) {
        return new Dependency(link.step(), link.state(), link.others(), skipped, because);
    }

    private static List<Link> wayToRoot(Situation from) {
        List<Link> way = new ArrayList<>();
        List<String> open = open(from.run(), from.name());
        while (!open.isEmpty()) {
            String first = open.getFirst();
            StepState state = from.run().step(first).state();
            way.add(new Link(first, state, open.size() - 1));
            open = state == StepState.PENDING ? open(from.run(), first) : List.of();
        }
        return way;
    }

    private static List<String> open(SeenRun run, String step) {
        return run.graph().dependencies(step).stream()
                .filter(name -> !run.step(name).state().isFinal())
                .toList();
    }
}
