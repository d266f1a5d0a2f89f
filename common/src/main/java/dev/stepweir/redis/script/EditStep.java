package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.StoredValue;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;

/**
 * Says what flows into a dead step when it is tried again, in place of what the graph brings.
 *
 * @param expected the step's field as the caller read it
 * @param input JSON
 * @param event history record
 */
public record EditStep(Keys keys, StepAddress step, String expected, byte[] input, String event)
        implements Operation<EditStep.Outcome> {

    /** What became of it. */
    public enum Outcome {
        EDITED,
        /** It is not dead (any more), or was edited meanwhile. */
        CHANGED,
        /** Its run was cancelled. */
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        String field = StepFields.input(step.step());
        boolean inline = StoredValue.isInline(input);
        return new ScriptCall(Script.EDIT_STEP)
                .key(own.run(step.run()))
                .key(own.history(step.run()))
                .key(own.blob(step.run(), field))
                .arg(step.field())
                .arg(expected)
                .arg(StepField.parse(expected).deadAfterEdit())
                .arg(field)
                .arg(inline ? StoredValue.inline(input) : StoredValue.reference())
                .arg(inline ? new byte[0] : input)
                .arg(event);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
