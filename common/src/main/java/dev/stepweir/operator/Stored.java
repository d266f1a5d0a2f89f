package dev.stepweir.operator;

import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.workflow.Graph;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A run's fields and its definition, as read.
 *
 * @param fields all but outputs that are kept elsewhere
 */
record Stored(RunId id, RunHead head, Graph graph, Map<String, String> fields) {

    RunState state() {
        return head.state();
    }

    StepField step(String name) {
        String text = fields.get(StepFields.state(name));
        return text == null ? StepField.ABSENT : StepField.parse(text);
    }

    /** The beginning of the step's current dispatch, if its worker has told. */
    Optional<Begun> begun(String step) {
        return Begun.parse(fields.get(StepFields.begun(step)))
                .filter(begun ->
                        step(step).dispatch().filter(begun.dispatch()::equals).isPresent());
    }

    Optional<Instant> time(String field) {
        return Optional.ofNullable(fields.get(field))
                .map(Long::parseLong)
                .map(Instant::ofEpochMilli);
    }

    /** The attempt that is under way or comes next; the last one while none may begin. */
    static int attempt(StepField step) {
        if (step.dispatch().isEmpty()) {
            return 0;
        }
        boolean between =
                switch (step.state()) {
                    case WAITING_FOR_RETRY, PARKED, DEAD -> true;
                    case PENDING, READY, SUCCEEDED, SKIPPED -> false;
                };
        return step.ledgers().attempt() - (between ? 1 : 0);
    }
}
