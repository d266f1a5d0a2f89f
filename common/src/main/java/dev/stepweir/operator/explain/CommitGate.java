package dev.stepweir.operator.explain;

import dev.stepweir.operator.explain.Cause.Succeeded;
import dev.stepweir.state.StepState;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** The last one: a step that is through all of them. */
final class CommitGate implements Explainer {

    @Override
    public Set<Class<? extends Cause>> causes() {
        return Set.of(Succeeded.class);
    }

    @Override
    public Optional<Cause> explain(Situation step) {
        return step.state() == StepState.SUCCEEDED
                ? Optional.of(
                        new Succeeded(
                                Instant.ofEpochMilli(step.field().toMillis()),
                                step.field().worker()))
                : Optional.empty();
    }
}
