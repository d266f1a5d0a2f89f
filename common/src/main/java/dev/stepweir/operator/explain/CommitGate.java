package dev.stepweir.operator.explain;

import dev.stepweir.operator.explain.Cause.Skipped;
import dev.stepweir.operator.explain.Cause.Succeeded;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** The last one: a step that is through all of them. */
final class CommitGate implements Explainer {

    @Override
    public Set<Class<? extends Cause>> causes() {
        return Set.of(Succeeded.class, Skipped.class);
    }

    @Override
    public Optional<Cause> explain(Situation step) {
        Instant at = Instant.ofEpochMilli(step.field().toMillis());
        return switch (step.state()) {
            case SUCCEEDED -> Optional.of(new Succeeded(at, step.field().worker()));
            case SKIPPED -> Optional.of(new Skipped(at));
            case PENDING, READY, WAITING_FOR_RETRY, PARKED, DEAD -> Optional.empty();
        };
    }
}
