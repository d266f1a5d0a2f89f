package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.state.StepState;
import java.util.List;

/**
 * Publishes a waiting step whose time has come. The timer of a step that does not wait any more is
 * removed.
 *
 * @param expected the step's field as the caller read it, or empty when there was none
 * @param dependencies whose outputs flow into the step
 */
public record RetryStep(Keys keys, StepAddress step, String expected, List<String> dependencies)
        implements Operation<RetryStep.Outcome> {

    /** What became of it. */
    public enum Outcome {
        PUBLISHED,
        /** Not due yet by the clock of Redis; the timer is set again. */
        EARLY,
        ALREADY,
        STALE,
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        StepField field = expected.isEmpty() ? StepField.ABSENT : StepField.parse(expected);
        boolean waiting = field.state() == StepState.WAITING_FOR_RETRY;
        return new ScriptCall(Script.RETRY_STEP)
                .key(own.run(step.run()))
                .key(own.queue(step.queue()))
                .key(own.timers())
                .arg(step.run().text())
                .arg(step.field())
                .arg(expected)
                .arg(waiting ? field.nextNumber() : 0)
                .arg(StepField.ledgerSuffix(field.ledgers()))
                .arg(QueueEntry.announcement(step.step(), dependencies))
                .arg(step.timer())
                .arg(field.dueMillis());
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
