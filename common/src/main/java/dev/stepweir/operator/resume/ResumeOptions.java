package dev.stepweir.operator.resume;

import java.util.OptionalInt;

/**
 * What a resume takes along besides the steps that are still to come.
 *
 * @param includeDlq steps that have a dead letter
 * @param resetFailed steps that the run itself holds to have failed: dead ones, with a letter or
 *     without, and those that wait for a retry, which are then tried at once
 * @param maxAdditionalRetries how many more attempts such a step has, if it goes on failing as it
 *     did last: where a policy allows other numbers per category, a failure of another category is
 *     held against that one's. As many as its retry policy allows when nothing is said
 */
public record ResumeOptions(
        boolean includeDlq, boolean resetFailed, OptionalInt maxAdditionalRetries) {

    /** More is no help: the errors would fill the history. */
    public static final int MOST_RETRIES = 1_000;

    /** Only what is still to come. */
    public static final ResumeOptions PENDING_ONLY =
            new ResumeOptions(false, false, OptionalInt.empty());

    public ResumeOptions {
        if (maxAdditionalRetries.isPresent()) {
            int found = maxAdditionalRetries.getAsInt();
            if (found < 1 || found > MOST_RETRIES) {
                throw new IllegalArgumentException(
                        "max additional retries must be in 1.."
                                + MOST_RETRIES
                                + ", found "
                                + found);
            }
        }
    }

    /** Everything that is left, with so many more attempts each. */
    public static ResumeOptions everything(int maxAdditionalRetries) {
        return new ResumeOptions(true, true, OptionalInt.of(maxAdditionalRetries));
    }
}
