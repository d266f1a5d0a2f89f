package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import java.util.List;

/**
 * Tries a run again whose time has come: publishes its dead steps, with all their attempts before
 * them. The timer of a run that does not wait any more is removed.
 *
 * @param expected what the run waits for, as the caller read it, or empty if it does not wait
 * @param aim {@link Outcome#RETRIED} when these are all dead steps that are left, {@link
 *     Outcome#MORE} when others are, {@link Outcome#GIVEN_UP} when another attempt cannot help
 * @param steps dead steps, at most {@value #MOST_STEPS}
 * @param event history record
 */
public record RetryRun(
        Keys keys, RunId runId, String expected, Outcome aim, List<Dead> steps, String event)
        implements Operation<RetryRun.Outcome> {

    /** Steps that one call publishes: it holds up everybody else's. */
    public static final int MOST_STEPS = 64;

    private static final List<Outcome> AIMS =
            List.of(Outcome.RETRIED, Outcome.MORE, Outcome.GIVEN_UP);

    /**
     * A dead step.
     *
     * @param expected its field as the caller read it
     * @param dependencies whose outputs flow into it
     */
    public record Dead(String step, String handler, String expected, List<String> dependencies) {

        private StepField field() {
            return StepField.parse(expected);
        }

        private Ledgers forgiven() {
            return field().ledgers().rebased();
        }

        /** Where it is published to. */
        public StepAddress address(RunId run) {
            return StepAddress.of(run, step, handler, forgiven());
        }
    }

    /** What became of it. */
    public enum Outcome {
        RETRIED,
        /** These are published, and others are left. */
        MORE,
        /** It does not wait any more, and is settled. */
        GIVEN_UP,
        /** Not due yet by the clock of Redis; the timer is set again. */
        EARLY,
        ALREADY,
        RUN_CLOSED,
        GONE
    }

    public RetryRun {
        steps = List.copyOf(steps);
        if (!AIMS.contains(aim)) {
            throw new IllegalArgumentException("aim must be one of " + AIMS + ", found " + aim);
        }
        if (steps.size() > MOST_STEPS) {
            throw new IllegalArgumentException(
                    "at most " + MOST_STEPS + " steps, found " + steps.size());
        }
    }

    /** For a run that is gone or does not wait (any more): removes its timer. */
    public static RetryRun ofNoWait(Keys keys, RunId run) {
        return new RetryRun(keys, run, "", Outcome.RETRIED, List.of(), "");
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(runId);
        ScriptCall call =
                new ScriptCall(Script.RETRY_RUN)
                        .key(own.run(runId))
                        .key(own.history(runId))
                        .key(own.timers())
                        .key(own.inbox())
                        .arg(runId.text())
                        .arg(expected)
                        .arg(aim.name())
                        .arg(event);
        for (Dead dead : steps) {
            StepAddress address = dead.address(runId);
            call.arg(call.keyIndex(own.queue(address.queue())))
                    .arg(address.field())
                    .arg(dead.expected())
                    .arg(dead.field().nextNumber())
                    .arg(StepField.ledgerSuffix(dead.forgiven()))
                    .arg(QueueEntry.announcement(dead.step(), dead.dependencies()));
        }
        return call;
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
