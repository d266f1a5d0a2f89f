package dev.stepweir.operator.resume;

import dev.stepweir.state.RunState;

/** What became of a resume. */
public sealed interface ResumeOutcome {

    /**
     * The run is on its way as far as the plan goes.
     *
     * @param plan what was taken up
     * @param announced ready steps that had no entry, and were announced
     * @param published failed or dead steps that were put back to work
     * @param moved steps that had moved on by themselves in the meantime: also ready ones that an
     *     orchestrator announced first, as it does once the run is taken up
     */
    record Resumed(ResumePlan plan, int announced, int published, int moved)
            implements ResumeOutcome {}

    /** Another operator resumes it; nothing was done. */
    record Locked(Holder holder) implements ResumeOutcome {}

    /** The lock lapsed on the way; what was done until then is done, and it can be repeated. */
    record LockLost() implements ResumeOutcome {}

    /** The run is over: completed or cancelled. */
    record Over(RunState state) implements ResumeOutcome {}

    /** There is no such run (any more). */
    record NoSuchRun() implements ResumeOutcome {}
}
