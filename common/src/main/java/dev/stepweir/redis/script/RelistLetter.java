package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.StepAddress;

/**
 * Lists a dead letter if its step names it, and removes one that its step does not name.
 *
 * @param entryId of the letter in the stream
 */
public record RelistLetter(Keys keys, StepAddress step, String entryId)
        implements Operation<RelistLetter.Outcome> {

    /** What became of it. */
    public enum Outcome {
        LISTED,
        REMOVED,
        ALREADY,
        /** There is no such letter. */
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        return new ScriptCall(Script.RELIST_LETTER)
                .key(own.run(step.run()))
                .key(own.deadLetters())
                .key(own.letterIndex())
                .arg(step.field())
                .arg(step.letterId())
                .arg(entryId);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
