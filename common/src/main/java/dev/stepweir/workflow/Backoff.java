package dev.stepweir.workflow;

import java.util.Locale;

/** How the delay before a retry grows with the number of failures. */
public enum Backoff {
    /** No delay: the next attempt follows at once. Also read as {@code immediate}. */
    NONE,
    /** The base, each time. */
    FIXED,
    /** The base times the number of failures. */
    LINEAR,
    /** The base, multiplied once more for every failure. */
    EXPONENTIAL;

    /** The word in definitions: the name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
