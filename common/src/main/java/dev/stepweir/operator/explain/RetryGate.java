package dev.stepweir.operator.explain;

import dev.stepweir.json.Json;
import dev.stepweir.operator.explain.Cause.PutOff;
import dev.stepweir.operator.explain.Cause.RetryAt;
import dev.stepweir.run.StepError;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** A step that failed or was put off waits for its time. */
final class RetryGate implements Explainer {

    @Override
    public Set<Class<? extends Cause>> causes() {
        return Set.of(RetryAt.class, PutOff.class);
    }

    @Override
    public Optional<Cause> explain(Situation step) {
        if (step.state() != StepState.WAITING_FOR_RETRY) {
            return Optional.empty();
        }
        Instant due = Instant.ofEpochMilli(step.field().dueMillis());
        String mark = step.field().published() + " ";
        Optional<Cause> putOff =
                step.run()
                        .field(StepFields.wait(step.name()))
                        .filter(text -> text.startsWith(mark))
                        .map(text -> new PutOff(due, text.substring(mark.length())));
        return putOff.or(() ->
                Optional.of(
                        new RetryAt(
                                due,
                                due.isBefore(step.facts().now()),
                                step.field().ledgers().failures(),
                                error(step),
                                step.facts().alive("orchestrator"))));
    }

    /** The last error of a step, in a few words. */
    static String error(Situation step) {
        return step.run()
                .field(StepFields.error(step.name()))
                .map(text -> Json.read(text, StepError.class))
                .map(error -> error.type() + ": " + error.message())
                .orElse("");
    }
}
