package dev.stepweir.failure;

/** What became of a step because an attempt failed. Shown and stored by its {@link #toString}. */
public enum ErrorHandlingAction {
    /** Dead although attempts were left: trying again cannot help, or is not wanted. */
    MARKED_AS_PERMANENT_FAILURE("MarkedAsPermanentFailure"),
    /** It waits, and is tried again. */
    TRANSITIONED_TO_WAITING_FOR_RETRY("TransitionedToWaitingForRetry"),
    /** Dead after its last attempt. */
    MARKED_AS_ERROR("MarkedAsError"),
    /** Nothing: the failure was known, or the waiting state is switched off. */
    NO_ACTION_TAKEN("NoActionTaken");

    private final String word;

    ErrorHandlingAction(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
