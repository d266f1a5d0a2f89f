package dev.stepweir.state;

import static dev.stepweir.state.StepState.DEAD;
import static dev.stepweir.state.StepState.PARKED;
import static dev.stepweir.state.StepState.PENDING;
import static dev.stepweir.state.StepState.READY;
import static dev.stepweir.state.StepState.SKIPPED;
import static dev.stepweir.state.StepState.SUCCEEDED;
import static dev.stepweir.state.StepState.WAITING_FOR_RETRY;

/** Every move of a step: from, event, to, and the script that makes it. Nothing else moves one. */
public enum StepTransition {
    START(PENDING, "run started, no dependencies", READY, "start_run"),
    COUNT_DOWN(PENDING, "a dependency succeeded, others are open", PENDING, "advance_steps"),
    UNBLOCK(PENDING, "last dependency succeeded", READY, "advance_steps"),
    RECOUNT(PENDING, "its counter was lost or wrong", PENDING, "recount_step"),
    RECOUNT_READY(PENDING, "recounted, it waits for nothing", READY, "recount_step"),
    SUCCEED(READY, "handler returned", SUCCEEDED, "advance_steps"),
    BACK_OFF(READY, "handler failed, attempts left", WAITING_FOR_RETRY, "fail_step"),
    DEFER(READY, "another run holds its key", WAITING_FOR_RETRY, "defer_step"),
    EXHAUST(READY, "handler failed for good", DEAD, "fail_step"),
    RETRY(WAITING_FOR_RETRY, "delay over", READY, "retry_step"),
    PARK(READY, "a breaker does not let it through", PARKED, "park_step"),
    RELEASE(PARKED, "the breaker lets it through", READY, "release_step"),
    HAND_BACK(
            READY,
            "worker stops, never learned of it, or was told that the run had ended",
            READY,
            "hand_back_step"),
    RECLAIM(READY, "lease lapsed", READY, "reap_step"),
    CRASH_BACK_OFF(
            READY, "lease lapsed, not the first worker to die", WAITING_FOR_RETRY, "reap_step"),
    BURY(READY, "lease lapsed, crash budget used up", DEAD, "reap_step"),
    REPUBLISH(READY, "entry lost", READY, "reconcile_step"),
    RETRY_RUN(DEAD, "its run is tried again", READY, "retry_run"),
    REDRIVE(DEAD, "operator asked", READY, "redrive_step"),
    RESUME_DEAD(DEAD, "operator resumed the run", READY, "resume_run"),
    RESUME_WAITING(WAITING_FOR_RETRY, "operator resumed the run", READY, "resume_run"),
    EDIT(DEAD, "operator changed what flows in", DEAD, "edit_step"),
    FORGET(DEAD, "operator purged its dead letter", DEAD, "purge_letter"),
    RESET_READY(READY, "operator reset it", READY, "reset_step"),
    RESET_WAITING(WAITING_FOR_RETRY, "operator reset it", READY, "reset_step"),
    RESET_PARKED(PARKED, "operator reset it", READY, "reset_step"),
    CONDEMN_READY(READY, "operator gave it up", DEAD, "condemn_step"),
    CONDEMN_WAITING(WAITING_FOR_RETRY, "operator gave it up", DEAD, "condemn_step"),
    CONDEMN_PARKED(PARKED, "operator gave it up", DEAD, "condemn_step"),
    COMPLETE_READY(READY, "operator says it is done", SUCCEEDED, "conclude_step"),
    COMPLETE_WAITING(WAITING_FOR_RETRY, "operator says it is done", SUCCEEDED, "conclude_step"),
    COMPLETE_PARKED(PARKED, "operator says it is done", SUCCEEDED, "conclude_step"),
    COMPLETE_DEAD(DEAD, "operator says it is done", SUCCEEDED, "conclude_step"),
    SKIP_READY(READY, "operator does without it", SKIPPED, "conclude_step"),
    SKIP_WAITING(WAITING_FOR_RETRY, "operator does without it", SKIPPED, "conclude_step"),
    SKIP_PARKED(PARKED, "operator does without it", SKIPPED, "conclude_step"),
    SKIP_DEAD(DEAD, "operator does without it", SKIPPED, "conclude_step"),
    COUNT_DOWN_BY_HAND(
            PENDING, "operator ended a dependency, others are open", PENDING, "conclude_step"),
    UNBLOCK_BY_HAND(PENDING, "operator ended the last dependency", READY, "conclude_step");

    private final StepState from;
    private final String event;
    private final StepState to;
    private final String script;

    StepTransition(StepState from, String event, StepState to, String script) {
        this.from = from;
        this.event = event;
        this.to = to;
        this.script = script;
    }

    public StepState from() {
        return from;
    }

    public String event() {
        return event;
    }

    public StepState to() {
        return to;
    }

    /** The script, by file name, that makes this move. */
    public String script() {
        return script;
    }
}
