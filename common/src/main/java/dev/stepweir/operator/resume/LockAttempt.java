package dev.stepweir.operator.resume;

/** What became of asking for a run's lock. */
public sealed interface LockAttempt {

    /** The caller has it, and gives it back. */
    record Held(ResumeLock lock) implements LockAttempt {}

    /** Another has it. */
    record HeldBy(Holder holder) implements LockAttempt {}

    /** There is no such run (any more). */
    record NoSuchRun() implements LockAttempt {}
}
