package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import java.time.Duration;

/**
 * Puts a step off that cannot go on yet, at no charge.
 *
 * @param expected the step's field as the worker began it
 * @param reason what it waits for, for people
 */
public record DeferStep(
        Keys keys,
        String worker,
        StepAddress step,
        Dispatch dispatch,
        String expected,
        Ledgers ledgers,
        Duration delay,
        String reason)
        implements Operation<DeferStep.Outcome> {

    /** What became of it. */
    public enum Outcome {
        WAITING,
        ALREADY,
        STALE,
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        return new ScriptCall(Script.DEFER_STEP)
                .key(own.run(step.run()))
                .key(own.queue(step.queue()))
                .key(own.timers())
                .key(own.workerNames())
                .arg(Keys.WORKER_GROUP)
                .arg(worker)
                .arg(dispatch.entryId())
                .arg(step.field())
                .arg(expected)
                .arg(StepField.waitingUpToDue(dispatch, ledgers))
                .arg(delay.toMillis())
                .arg(step.timer())
                .arg(StepFields.wait(step.step()))
                .arg(dispatch + " " + reason);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
