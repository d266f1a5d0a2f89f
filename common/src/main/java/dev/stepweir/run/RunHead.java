package dev.stepweir.run;

import dev.stepweir.state.RunState;

/**
 * The first field of a run, read with every step: {@code RUNNING <definition hash> [<dead steps>]}.
 *
 * @param workflowHash content hash of the definition that the run is pinned to
 * @param deadSteps how many of its steps are dead letters
 */
public record RunHead(RunState state, String workflowHash, int deadSteps) {

    /** The head of a running run without dead steps, as stored. */
    public static String running(String workflowHash) {
        return "RUNNING " + workflowHash;
    }

    /**
     * Reads a stored head.
     *
     * @throws UnreadableException for anything else
     */
    public static RunHead parse(String text) {
        String[] tokens = text.split(" ");
        try {
            return new RunHead(
                    RunState.valueOf(tokens[0]),
                    tokens[1],
                    tokens.length > 2 ? Integer.parseInt(tokens[2]) : 0);
        } catch (IllegalArgumentException | IndexOutOfBoundsException garbled) {
            throw new UnreadableException("the head of a run", text, garbled);
        }
    }
}
