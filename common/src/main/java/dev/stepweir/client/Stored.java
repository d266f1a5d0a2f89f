package dev.stepweir.client;

import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A run's fields and its definition, as read.
 *
 * @param fields all but outputs that are kept elsewhere
 */
record Stored(RunId id, RunHead head, Graph graph, Map<String, String> fields) {

    private static final Pattern BEGUN = Pattern.compile("(\\S+) (\\d+)");

    /** Who executes a step, and since when. */
    record Begun(String worker, Instant since) {}

    RunState state() {
        return head.state();
    }

    StepField step(String name) {
        String text = fields.get(StepFields.state(name));
        return text == null ? StepField.ABSENT : StepField.parse(text);
    }

    Optional<Begun> begun(String step) {
        Matcher text = BEGUN.matcher(fields.getOrDefault(StepFields.begun(step), ""));
        return text.matches()
                ? Optional.of(
                        new Begun(
                                text.group(1),
                                Instant.ofEpochMilli(Long.parseLong(text.group(2)))))
                : Optional.empty();
    }

    Optional<Instant> time(String field) {
        return Optional.ofNullable(fields.get(field)).map(Long::parseLong).map(Instant::ofEpochMilli);
    }

    /** An attempt that is over is not the next one. */
    static int attempt(StepField step) {
        if (step.dispatch().isEmpty()) {
            return 0;
        }
        boolean over =
                step.state() == StepState.WAITING_FOR_RETRY || step.state() == StepState.DEAD;
        return step.ledgers().attempt() - (over ? 1 : 0);
    }
}
