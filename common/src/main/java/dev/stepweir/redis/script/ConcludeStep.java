package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.StoredValue;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.StepDefinition;
import java.util.List;
import java.util.Optional;

/**
 * Ends a step that has not succeeded without its handler; what waited for it goes on.
 *
 * @param step with the queue that its entry may be in
 * @param expected the step's field as the caller read it
 * @param end {@link StepState#SUCCEEDED} or {@link StepState#SKIPPED}
 * @param output JSON that flows on; empty for none
 * @param graph the run's definition
 * @param event history record
 */
public record ConcludeStep(
        Keys keys,
        StepAddress step,
        String expected,
        StepState end,
        Optional<byte[]> output,
        Graph graph,
        String event)
        implements Operation<ConcludeStep.Outcome> {

    /** What became of it. */
    public enum Outcome {
        CONCLUDED,
        /** So is the run: this was the last of its steps. */
        COMPLETED,
        /** It has moved since it was read. */
        CHANGED,
        RUN_CLOSED,
        GONE
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(step.run());
        StepField field = StepField.parse(expected);
        String dependency = graph.step(step.step()).dependency();
        String outputField = StepFields.output(step.step());
        boolean inline = output.map(StoredValue::isInline).orElse(true);
        byte[] kept =
                inline
                        ? output.map(StoredValue::inline).orElse(Bytes.EMPTY)
                        : StoredValue.reference();
        ScriptCall call =
                new ScriptCall(Script.CONCLUDE_STEP)
                        .key(own.run(step.run()))
                        .key(own.history(step.run()))
                        .key(own.queue(step.queue()))
                        .key(own.timers())
                        .key(own.deadLetters())
                        .key(own.letterIndex())
                        .key(own.openRuns())
                        .key(own.failedRuns())
                        .key(own.completedRuns())
                        .key(own.inbox())
                        .key(own.parked(dependency))
                        .key(own.parkedDependencies())
                        .key(own.blob(step.run(), outputField))
                        .arg(Keys.WORKER_GROUP)
                        .arg(step.run().text())
                        .arg(field.published().entryId())
                        .arg(step.field())
                        .arg(expected)
                        .arg(
                                StepField.concludedUpToTime(
                                        end, field.published().withdrawn(), field.ledgers()))
                        .arg(outputField)
                        .arg(kept)
                        .arg(inline ? Bytes.EMPTY : output.orElse(Bytes.EMPTY))
                        .arg(step.timer())
                        .arg(dependency)
                        .arg(step.letterId())
                        .arg(event);
        List<StepDefinition> successors = graph.successors(step.step());
        call.arg(successors.isEmpty() ? graph.sinks().size() : 0);
        for (StepDefinition next : successors) {
            call.arg(StepFields.state(next.name()))
                    .arg(next.dependencies().size())
                    .arg(call.keyIndex(own.queue(next.handler())))
                    .arg(QueueEntry.announcement(next.name(), next.dependencies()));
        }
        return call;
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
