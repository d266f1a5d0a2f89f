package dev.stepweir.operator.explain;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.StepDefinition;
import io.lettuce.core.models.stream.PendingMessage;
import java.util.List;
import java.util.Optional;

/**
 * A step as the gates see it.
 *
 * @param held who holds its entry
 */
record Situation(
        SeenRun run,
        StepDefinition definition,
        StepField field,
        Optional<PendingMessage> held,
        Facts facts) {

    String name() {
        return definition.name();
    }

    StepState state() {
        return field.state();
    }

    RunId runId() {
        return run.id();
    }

    RunHead head() {
        return run.head();
    }

    Keys keys() {
        return facts.keys(run.id());
    }

    /** Where it is published to: suspects wait in a queue of their own. */
    StepAddress address() {
        return StepAddress.of(run.id(), definition.name(), definition.handler(), field.ledgers());
    }

    /** What holds up another step of the run, which this one waits for. */
    List<Cause> because(String step) {
        return run.because(step);
    }
}
