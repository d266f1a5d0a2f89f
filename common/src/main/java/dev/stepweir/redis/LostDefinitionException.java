package dev.stepweir.redis;

import dev.stepweir.run.RunId;

/** The run is there, but the definition that it is pinned to is not stored (any more). */
public final class LostDefinitionException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    public LostDefinitionException(RunId run, String hash) {
        super("run " + run + " is there, but " + sentence(hash));
    }

    /** What is missing, and what to do about it. */
    public static String sentence(String hash) {
        return "its definition "
                + hash
                + " is not stored in its partition; submit runs of the same definition until one"
                + " falls into that partition, which stores it again";
    }
}
