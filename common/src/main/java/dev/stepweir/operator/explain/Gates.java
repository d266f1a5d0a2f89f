package dev.stepweir.operator.explain;

import java.util.ArrayList;
import java.util.List;

/** Every gate, in the order in which a step meets them. */
final class Gates {

    static final List<Explainer> ALL =
            List.of(
                    new RunGate(),
                    new DependencyGate(),
                    new RetryGate(),
                    new BreakerGate(),
                    new DeadLetterGate(),
                    new LeaseGate(),
                    new QueueGate(),
                    new CommitGate());

    private Gates() {}

    /** Every cause that holds up a step. A step that no gate knows of is a gap in this list. */
    static List<Cause> explain(Situation step) {
        List<Cause> causes = new ArrayList<>();
        for (Explainer gate : ALL) {
            gate.explain(step).ifPresent(causes::add);
        }
        return causes;
    }
}
