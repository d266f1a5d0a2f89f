package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import java.util.List;

/**
 * Publishes a waiting step whose time has come.
 *
 * @param expected the step's field as the caller read it
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
        StepField field = StepField.parse(expected);
        return new ScriptCall(Script.RETRY_STEP)
                .key(own.run(step.run()))
                .key(own.queue(step.queue()))
                .key(own.timers())
                .arg(step.run().text())
                .arg(step.field())
                .arg(expected)
                .arg(field.nextNumber())
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
