package dev.stepweir.operator.explain;

import dev.stepweir.operator.explain.Cause.NotTakenUp;
import dev.stepweir.operator.explain.Cause.RunClosed;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** A run that has not begun or is over moves none of its steps. */
final class RunGate implements Explainer {

    @Override
    public Set<Class<? extends Cause>> causes() {
        return Set.of(NotTakenUp.class, RunClosed.class);
    }

    @Override
    public Optional<Cause> explain(Situation step) {
        return step.state().isFinal() ? Optional.empty() : ofRun(step.run(), step.facts());
    }

    static Optional<Cause> ofRun(SeenRun run, Facts facts) {
        return switch (run.head().state()) {
            case SUBMITTED ->
                    Optional.of(
                            new NotTakenUp(
                                    run.time("submitted").orElse(Instant.EPOCH),
                                    facts.alive("orchestrator")));
            case RUNNING -> Optional.empty();
            case COMPLETED, FAILED, CANCELLED ->
                    Optional.of(
                            new RunClosed(
                                    run.head().state(), run.time("finished"), run.field("why")));
        };
    }
}
