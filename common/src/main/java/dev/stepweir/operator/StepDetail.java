package dev.stepweir.operator;

import dev.stepweir.failure.FailureCategory;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepError;
import dev.stepweir.workflow.RetryPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One step of a run with all that bears on its next attempt.
 *
 * @param idempotencyKey what its handler sends along; empty if it declares a key shared between
 *     runs, which depends on what flows in
 * @param ledgers what it has been through
 * @param policy how it is retried, all categories
 * @param unblocked whether every step that it depends on has succeeded or is done without
 * @param heldUp whether its run or its queue is paused, or it is still to be announced after that
 * @param history what happened to it, in the order of time
 * @param at when this was read, by the clock of Redis
 */
public record StepDetail(
        RunId run,
        StepView step,
        Optional<String> idempotencyKey,
        Ledgers ledgers,
        RetryPolicy policy,
        boolean unblocked,
        boolean heldUp,
        List<HistoryEntry> history,
        Instant at) {

    public StepDetail {
        history = List.copyOf(history);
    }

    /** What holds for failures like the last one. */
    public RetryPolicy policyInForce() {
        return policy.forCategory(
                step.error().map(StepError::category).orElse(FailureCategory.UNKNOWN));
    }

    /** How many attempts that count against the allowed ones have failed; never negative. */
    public int failuresSinceRedrive() {
        return Math.max(ledgers.failuresSinceBase(), 0);
    }

    /** How many attempts are allowed: as its policy says, or as many as a resume has left it. */
    public int attemptsAllowed() {
        long granted = Math.max(-(long) ledgers.failuresSinceBase(), 0);
        return (int) Math.min(policyInForce().attempts() + granted, Integer.MAX_VALUE);
    }

    /** Whether it may be executed once more without a person's help. */
    public boolean retryEligible() {
        return switch (step.state()) {
            case SUCCEEDED, SKIPPED, DEAD, CANCELLED -> false;
            case PENDING, READY, RUNNING, WAITING_FOR_RETRY, PARKED ->
                    !policyInForce().exhausted(ledgers.failuresSinceBase());
        };
    }

    /** Whether the delay before its next attempt is over; true where there is none. */
    public boolean delayExpired() {
        return step.nextRetryAt().filter(due -> due.isAfter(at)).isEmpty();
    }

    /** Whether nothing but a free worker is between it and its next execution. */
    public boolean readyForExecution() {
        return switch (step.state()) {
            case SUCCEEDED, SKIPPED, DEAD, CANCELLED, RUNNING, PARKED -> false;
            case PENDING, READY, WAITING_FOR_RETRY -> unblocked && delayExpired() && !heldUp;
        };
    }
}
