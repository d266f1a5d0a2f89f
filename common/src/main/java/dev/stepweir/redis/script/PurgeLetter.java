package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.StepAddress;

/**
 * Removes a dead letter without a success of its step.
 *
 * @param entry the letter's entry in the stream, as the caller saw it
 * @param event history record
 */
public record PurgeLetter(Keys keys, StepAddress step, String entry, String event)
        implements Operation<PurgeLetter.Outcome> {

    /** What became of it. */
    public enum Outcome {
        PURGED,
        /** The step died again since: there is another letter in its place. */
        CHANGED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        return new ScriptCall(Script.PURGE_LETTER)
                .key(own.run(step.run()))
                .key(own.history(step.run()))
                .key(own.deadLetters())
                .key(own.letterIndex())
                .arg(step.letterId())
                .arg(entry)
                .arg(step.field())
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
