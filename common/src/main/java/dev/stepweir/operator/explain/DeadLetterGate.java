package dev.stepweir.operator.explain;

import dev.stepweir.operator.explain.Cause.DeadLetter;
import dev.stepweir.run.RunRetry;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.util.Optional;
import java.util.Set;

/** A dead letter waits for a person. */
final class DeadLetterGate implements Explainer {

    @Override
    public Set<Class<? extends Cause>> causes() {
        return Set.of(DeadLetter.class);
    }

    @Override
    public Optional<Cause> explain(Situation step) {
        boolean runWaits =
                step.run().head().state() == RunState.RUNNING
                        && step.run().field(RunRetry.WAITS_FOR).isPresent();
        return step.state() == StepState.DEAD && !runWaits
                ? Optional.of(new DeadLetter(step.address().letterId(), RetryGate.error(step)))
                : Optional.empty();
    }
}
