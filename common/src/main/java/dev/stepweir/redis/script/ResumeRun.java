package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Takes a run up again for who holds its lock, and publishes steps of it that failed.
 *
 * @param token of the lock
 * @param lease how long the lock lasts from now on
 * @param event history record, if this takes the run up
 * @param steps at most {@value #MOST_STEPS}
 */
public record ResumeRun(
        Keys keys, RunId runId, long token, Duration lease, String event, List<Step> steps) {

    /** More would hold up other people's commands. */
    public static final int MOST_STEPS = 64;

    public ResumeRun {
        steps = List.copyOf(steps);
        if (steps.size() > MOST_STEPS) {
            throw new IllegalArgumentException(
                    "steps must be at most " + MOST_STEPS + ", found " + steps.size());
        }
    }

    /**
     * A dead or waiting step.
     *
     * @param address with the queue that it is published to
     * @param expected the step's field as the caller read it
     * @param ledgers with the base moved
     * @param dependencies whose outputs flow into the step
     * @param event history record
     */
    public record Step(
            StepAddress address,
            String expected,
            Ledgers ledgers,
            List<String> dependencies,
            String event) {}

    /** What became of the run or of one step. */
    public enum Outcome {
        RESUMED,
        /** Another holds the lock, or nobody: nothing was done. */
        LOCK_LOST,
        /** It has completed or was cancelled. */
        RUN_CLOSED,
        GONE,
        PUBLISHED,
        /** The step is not as the caller saw it (any more). */
        ALREADY
    }

    /**
     * The answer.
     *
     * @param run what became of the run
     * @param steps what became of each step, in their order; empty unless the run is resumed
     */
    public record Answer(Outcome run, List<Outcome> steps) {}

    public ScriptCall call() {
        Keys own = keys.of(runId);
        ScriptCall call =
                new ScriptCall(Script.RESUME_RUN)
                        .key(own.run(runId))
                        .key(own.history(runId))
                        .key(own.resumeLock(runId))
                        .key(own.openRuns())
                        .key(own.failedRuns())
                        .key(own.timers())
                        .key(own.inbox())
                        .arg(token)
                        .arg(lease.toMillis())
                        .arg(runId.text())
                        .arg(event);
        for (Step step : steps) {
            StepAddress address = step.address();
            call.arg(call.keyIndex(own.queue(address.queue())))
                    .arg(address.field())
                    .arg(step.expected())
                    .arg(StepField.parse(step.expected()).nextNumber())
                    .arg(StepField.ledgerSuffix(step.ledgers()))
                    .arg(QueueEntry.announcement(address.step(), step.dependencies()))
                    .arg(address.timer())
                    .arg(step.event());
        }
        return call;
    }

    public CompletableFuture<Answer> runAsync(ScriptRunner scripts) {
        CompletableFuture<List<Object>> reply = scripts.send(ScriptOutputType.MULTI, call());
        return reply.thenApply(words -> {
            List<Outcome> outcomes =
                    words.stream().map(w -> Outcome.valueOf(Bytes.text((byte[]) w))).toList();
            return new Answer(outcomes.getFirst(), outcomes.subList(1, outcomes.size()));
        });
    }
}
