package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepFields;
import java.util.List;

/**
 * Counts anew what a pending step waits for, and publishes one that waits for nothing.
 *
 * @param dependencies the steps that it depends on
 * @param event history record
 */
public record RecountStep(Keys keys, StepAddress step, List<String> dependencies, String event)
        implements Operation<RecountStep.Outcome> {

    /** What became of it. */
    public enum Outcome {
        COUNTED,
        PUBLISHED,
        ALREADY,
        /** It is not pending any more. */
        STALE,
        RUN_CLOSED,
        GONE
    }

    public RecountStep {
        dependencies = List.copyOf(dependencies);
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        ScriptCall call =
                new ScriptCall(Script.RECOUNT_STEP)
                        .key(own.run(step.run()))
                        .key(own.history(step.run()))
                        .key(own.queue(step.queue()))
                        .arg(step.run().text())
                        .arg(step.field())
                        .arg(QueueEntry.announcement(step.step(), dependencies))
                        .arg(event);
        dependencies.forEach(dependency -> call.arg(StepFields.state(dependency)));
        return call;
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
