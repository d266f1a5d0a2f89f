package dev.stepweir.operator.acts;

import static dev.stepweir.state.StepState.DEAD;
import static dev.stepweir.state.StepState.PARKED;
import static dev.stepweir.state.StepState.READY;
import static dev.stepweir.state.StepState.SKIPPED;
import static dev.stepweir.state.StepState.SUCCEEDED;
import static dev.stepweir.state.StepState.WAITING_FOR_RETRY;

import dev.stepweir.run.HistoryEvent;
import dev.stepweir.state.StepState;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** What an operator can do to a step. */
public enum StepAct {
    /** Published at once with all its attempts before it; what it has kept so far stays. */
    RESET("reset for retry", HistoryEvent.RESET, READY, DEAD, WAITING_FOR_RETRY, PARKED, READY),
    /** Done elsewhere: counts as succeeded, without a result. */
    RESOLVE("resolved", HistoryEvent.RESOLVED, SUCCEEDED, DEAD, WAITING_FOR_RETRY, PARKED, READY),
    /** Done elsewhere, with a result that flows on as if the handler had returned it. */
    COMPLETE(
            "completed",
            HistoryEvent.COMPLETED_BY_HAND,
            SUCCEEDED,
            DEAD,
            WAITING_FOR_RETRY,
            PARKED,
            READY),
    /** Not done at all; what waits for it goes on without a result of it. */
    SKIP("skipped", HistoryEvent.SKIPPED, SKIPPED, DEAD, WAITING_FOR_RETRY, PARKED, READY),
    /** Given up: a dead letter, whatever attempts were left. */
    FORCE_FAIL(
            "forced to fail", HistoryEvent.FORCED_TO_FAIL, DEAD, WAITING_FOR_RETRY, PARKED, READY);

    private final String done;
    private final String event;
    private final StepState to;
    private final Set<StepState> from;

    StepAct(String done, String event, StepState to, StepState first, StepState... others) {
        this.done = done;
        this.event = event;
        this.to = to;
        this.from = Collections.unmodifiableSet(EnumSet.of(first, others));
    }

    /** What was done to the step, as the end of a sentence. */
    public String done() {
        return done;
    }

    /** The kind of event that history keeps. */
    public String event() {
        return event;
    }

    /** What the step is then. */
    public StepState to() {
        return to;
    }

    /** What it may be before; a step that a worker executes is stored as READY. */
    public Set<StepState> from() {
        return from;
    }
}
