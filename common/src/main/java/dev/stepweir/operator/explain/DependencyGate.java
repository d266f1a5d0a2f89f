package dev.stepweir.operator.explain;

import dev.stepweir.operator.explain.Cause.Dependency;
import dev.stepweir.operator.explain.Cause.JustUnblocked;
import dev.stepweir.state.StepState;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A step waits for all that it depends on; the first that is open is followed to its root. */
final class DependencyGate implements Explainer {

    @Override
    public Set<Class<? extends Cause>> causes() {
        return Set.of(Dependency.class, JustUnblocked.class);
    }

    @Override
    public Optional<Cause> explain(Situation step) {
        if (step.state() != StepState.PENDING) {
            return Optional.empty();
        }
        List<String> open =
                step.definition().dependencies().stream()
                        .filter(name -> step.run().step(name).state() != StepState.SUCCEEDED)
                        .toList();
        if (open.isEmpty()) {
            boolean closed = step.head().state().isClosed();
            return closed ? Optional.empty() : Optional.of(new JustUnblocked());
        }
        String first = open.getFirst();
        return Optional.of(
                new Dependency(first, step.run().step(first).state(), step.because(first)));
    }
}
