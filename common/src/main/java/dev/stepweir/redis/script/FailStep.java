package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import java.time.Duration;

/**
 * Reports a failed attempt.
 *
 * @param worker who reports it, or empty if it is no worker
 * @param expected the step's field as the worker began it
 * @param ledgers with this failure counted
 * @param error JSON
 * @param decision wait and try again, or give up
 * @param event history record
 */
public record FailStep(
        Keys keys,
        String worker,
        StepAddress step,
        Dispatch dispatch,
        String expected,
        Ledgers ledgers,
        String error,
        Decision decision,
        String event)
        implements Operation<FailStep.Outcome> {

    /** What the failure policy says. */
    public sealed interface Decision {
        record RetryAfter(Duration delay) implements Decision {}

        /** Give up; the letter is the JSON kept for a person. */
        record GiveUp(String letter) implements Decision {}
    }

    /** What became of it. */
    public enum Outcome {
        WAITING,
        DEAD,
        ALREADY,
        STALE,
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        ScriptCall call =
                new ScriptCall(Script.FAIL_STEP)
                        .key(own.run(step.run()))
                        .key(own.history(step.run()))
                        .key(own.queue(step.queue()))
                        .key(own.timers())
                        .key(own.deadLetters())
                        .key(own.letterIndex())
                        .key(own.inbox())
                        .key(own.workerNames())
                        .arg(Keys.WORKER_GROUP)
                        .arg(worker)
                        .arg(step.run().text())
                        .arg(dispatch.entryId())
                        .arg(step.field())
                        .arg(expected);
        String letter = "";
        switch (decision) {
            case Decision.RetryAfter(Duration delay) ->
                    call.arg(StepField.waitingUpToDue(dispatch, ledgers)).arg(delay.toMillis());
            case Decision.GiveUp(String text) -> {
                letter = text;
                call.arg(StepField.deadUpToLetter(dispatch, ledgers)).arg(-1);
            }
        }
        return call.arg(StepFields.error(step.step()))
                .arg(error)
                .arg(step.timer())
                .arg(step.letterId())
                .arg(letter)
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
