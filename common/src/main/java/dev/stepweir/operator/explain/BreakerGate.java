package dev.stepweir.operator.explain;

import dev.stepweir.breaker.Breaker;
import dev.stepweir.operator.explain.Cause.Parked;
import dev.stepweir.state.StepState;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** A parked step waits for the circuit breaker of what it depends on. */
final class BreakerGate implements Explainer {

    @Override
    public Set<Class<? extends Cause>> causes() {
        return Set.of(Parked.class);
    }

    @Override
    public Optional<Cause> explain(Situation step) {
        if (step.state() != StepState.PARKED) {
            return Optional.empty();
        }
        Breaker breaker = step.facts().breaker(step.definition().dependency());
        return Optional.of(
                new Parked(
                        breaker.dependency(),
                        breaker.state(),
                        time(breaker.sinceMillis()),
                        time(breaker.retryAtMillis()),
                        breaker.why(),
                        step.facts().alive("orchestrator")));
    }

    private static Optional<Instant> time(long millis) {
        return millis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }
}
