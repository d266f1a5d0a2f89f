package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepFields;

/**
 * Keeps what people have found out about a dead letter.
 *
 * @param expected the notes as the caller read them, or empty when there were none
 * @param notes JSON
 * @param event history record
 */
public record NoteLetter(Keys keys, StepAddress step, String expected, String notes, String event)
        implements Operation<NoteLetter.Outcome> {

    /** What became of it. */
    public enum Outcome {
        NOTED,
        /** Somebody else noted something meanwhile. */
        CHANGED,
        /** There is no such letter (any more). */
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        return new ScriptCall(Script.NOTE_LETTER)
                .key(own.run(step.run()))
                .key(own.history(step.run()))
                .key(own.letterIndex())
                .arg(step.letterId())
                .arg(StepFields.notes(step.step()))
                .arg(expected)
                .arg(notes)
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
