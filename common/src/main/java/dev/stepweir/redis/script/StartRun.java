package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepFields;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Starts a submitted run.
 *
 * @param keys of any partition of the namespace
 * @param refusal why the workflow cannot be run, or empty
 * @param timeout how long the run may take from now on
 * @param queues every queue that the workflow uses
 * @param roots the steps that wait for nothing
 */
public record StartRun(
        Keys keys,
        RunId runId,
        String refusal,
        Optional<Duration> timeout,
        List<String> queues,
        List<Root> roots)
        implements Operation<StartRun.Outcome> {

    /** A step to publish at once, and its queue. */
    public record Root(String step, String queue) {}

    /** What became of it. */
    public enum Outcome {
        STARTED,
        COMPLETED,
        REFUSED,
        ALREADY,
        GONE
    }

    /** Of a workflow that may take as long as it takes. */
    public StartRun(Keys keys, RunId runId, String refusal, List<String> queues, List<Root> roots) {
        this(keys, runId, refusal, Optional.empty(), queues, roots);
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(runId);
        ScriptCall call =
                new ScriptCall(Script.START_RUN)
                        .key(own.run(runId))
                        .key(own.openRuns())
                        .key(own.completedRuns())
                        .key(own.failedRuns())
                        .key(own.queues())
                        .key(own.timers())
                        .arg(runId.text())
                        .arg(refusal)
                        .arg(timeout.map(time -> String.valueOf(time.toMillis())).orElse(""))
                        .arg(queues.size());
        queues.forEach(call::arg);
        for (Root root : roots) {
            call.arg(call.keyIndex(own.queue(root.queue())))
                    .arg(StepFields.state(root.step()))
                    .arg(QueueEntry.announcement(root.step(), List.of()));
        }
        return call;
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
