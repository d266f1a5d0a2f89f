package dev.stepweir.state;

import static dev.stepweir.state.RunState.CANCELLED;
import static dev.stepweir.state.RunState.COMPLETED;
import static dev.stepweir.state.RunState.FAILED;
import static dev.stepweir.state.RunState.PAUSED;
import static dev.stepweir.state.RunState.RUNNING;
import static dev.stepweir.state.RunState.SUBMITTED;

/** Every move of a run: from, event, to, and the script that makes it. */
public enum RunTransition {
    START(SUBMITTED, "an orchestrator took it up", RUNNING, "start_run"),
    COMPLETE_EMPTY(SUBMITTED, "the workflow has no steps", COMPLETED, "start_run"),
    REFUSE(SUBMITTED, "the workflow cannot be run", FAILED, "start_run"),
    CANCEL_SUBMITTED(SUBMITTED, "operator cancelled it", CANCELLED, "cancel_run"),
    COMPLETE(RUNNING, "last step succeeded", COMPLETED, "advance_steps"),
    RECOUNT_COMPLETE(RUNNING, "recounted, all its steps succeeded", COMPLETED, "recount_run"),
    SETTLE(RUNNING, "dead steps block everything left", FAILED, "settle_run"),
    EXPIRE(RUNNING, "its deadline passed", FAILED, "expire_run"),
    CANCEL(RUNNING, "operator cancelled it", CANCELLED, "cancel_run"),
    REOPEN(FAILED, "a dead step was redriven", RUNNING, "redrive_step"),
    REOPEN_BY_HAND(FAILED, "operator ended a dead step", RUNNING, "conclude_step"),
    END_BY_HAND(RUNNING, "operator ended the last step", COMPLETED, "conclude_step"),
    END_PAUSED_BY_HAND(PAUSED, "operator ended the last step", COMPLETED, "conclude_step"),
    END_FAILED_BY_HAND(FAILED, "operator ended the last step", COMPLETED, "conclude_step"),
    RESUME_FAILED(
            FAILED, "operator resumed it: steps published, or it was late", RUNNING, "resume_run"),
    CANCEL_FAILED(FAILED, "operator cancelled it", CANCELLED, "cancel_run"),
    PAUSE_SUBMITTED(SUBMITTED, "operator paused it", PAUSED, "pause_run"),
    PAUSE(RUNNING, "operator paused it", PAUSED, "pause_run"),
    RESUME_SUBMITTED(PAUSED, "operator resumed it, it never started", SUBMITTED, "resume_run"),
    RESUME(PAUSED, "operator resumed it", RUNNING, "resume_run"),
    COMPLETE_PAUSED(PAUSED, "last step succeeded", COMPLETED, "advance_steps"),
    EXPIRE_PAUSED(PAUSED, "its deadline passed", FAILED, "expire_run"),
    RECOUNT_PAUSED(PAUSED, "recounted, all its steps succeeded", COMPLETED, "recount_run"),
    CANCEL_PAUSED(PAUSED, "operator cancelled it", CANCELLED, "cancel_run");

    private final RunState from;
    private final String event;
    private final RunState to;
    private final String script;

    RunTransition(RunState from, String event, RunState to, String script) {
        this.from = from;
        this.event = event;
        this.to = to;
        this.script = script;
    }

    public RunState from() {
        return from;
    }

    public String event() {
        return event;
    }

    public RunState to() {
        return to;
    }

    /** The script, by file name, that makes this move. */
    public String script() {
        return script;
    }
}
