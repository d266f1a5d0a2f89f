package dev.stepweir.client;

import dev.stepweir.run.RunClaim;

/** What became of a submit that says what makes it the same as another one. */
public sealed interface Submission {

    /** A run was started by it. */
    record Started(SubmittedRun run) implements Submission {}

    /** The same was submitted under this key before: this is its run, in whatever state. */
    record Existing(SubmittedRun run) implements Submission {}

    /**
     * Refused, as was asked for: the same was submitted before.
     *
     * @param submitted what was submitted before
     */
    record Duplicate(String key, RunClaim submitted) implements Submission {}

    /**
     * Refused: the key belongs to a run of another workflow or input.
     *
     * @param submitted what was submitted under this key before
     * @param asked what was asked for now
     */
    record Conflict(String key, RunClaim submitted, RunClaim asked) implements Submission {}

    /**
     * The run that was asked for.
     *
     * @throws RunConflictException for one that was refused
     */
    default SubmittedRun accepted() {
        return switch (this) {
            case Started(SubmittedRun run) -> run;
            case Existing(SubmittedRun run) -> run;
            case Duplicate refused -> throw new RunConflictException(refused.sentence());
            case Conflict refused -> throw new RunConflictException(refused.sentence());
        };
    }

    /** What happened, for people. */
    default String sentence() {
        return switch (this) {
            case Started(SubmittedRun run) -> "run " + run.id() + " was started";
            case Existing(SubmittedRun run) ->
                    "run " + run.id() + " was started under this key before";
            case Duplicate(String key, RunClaim submitted) ->
                    "the same was submitted before: key '%s' belongs to run %s"
                            .formatted(key, submitted.run());
            case Conflict(String key, RunClaim submitted, RunClaim asked) ->
                    "key '%s' belongs to run %s, which is not the same: %s"
                            .formatted(key, submitted.run(), difference(submitted, asked));
        };
    }

    private static String difference(RunClaim submitted, RunClaim asked) {
        boolean definitions = !submitted.workflowHash().equals(asked.workflowHash());
        boolean inputs = !submitted.inputHash().equals(asked.inputHash());
        String definition =
                "its definition has hash %s and this one %s"
                        .formatted(submitted.workflowHash(), asked.workflowHash());
        String input =
                "its input has hash %s and this one %s"
                        .formatted(submitted.inputHash(), asked.inputHash());
        return definitions && inputs ? definition + "; " + input : definitions ? definition : input;
    }
}
