package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.StoredValue;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepFields;

/**
 * Notes what a handler did under a name.
 *
 * @param expected the step's field as the worker began it
 * @param name unique within the step
 * @param value JSON
 */
public record RecordOnce(Keys keys, StepAddress step, String expected, String name, byte[] value)
        implements Operation<RecordOnce.Outcome> {

    /** What became of it. */
    public enum Outcome {
        NOTED,
        /** There is a note of this name, and it stays. */
        KEPT,
        ALREADY,
        STALE,
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        String note = StepFields.once(step.step(), name);
        boolean inline = StoredValue.isInline(value);
        return new ScriptCall(Script.RECORD_ONCE)
                .key(own.run(step.run()))
                .key(own.blob(step.run(), note))
                .arg(step.field())
                .arg(expected)
                .arg(note)
                .arg(inline ? StoredValue.inline(value) : StoredValue.reference())
                .arg(inline ? Bytes.EMPTY : value);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
