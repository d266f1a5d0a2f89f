package dev.stepweir.workflow;

import java.util.Locale;

/**
 * What kind of work a step is. Definitions may use all of them, see {@link Workflow#runnable()}.
 */
public enum StepType {
    /** One handler, called once per attempt. */
    STANDARD,
    /** Splits its input into batches. */
    BATCHABLE,
    /** Works on one batch. */
    BATCH_WORKER,
    /** Gathers what the batch workers made. */
    DEFERRED_CONVERGENCE;

    /** The word in definitions: the name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
