package dev.stepweir.run;

import dev.stepweir.json.Json;

/**
 * What a caller's key stands for, as stored: {@code <run> <definition hash> <input hash>}.
 *
 * @param workflowHash content hash of the definition
 * @param inputHash hash of the run's input, see {@link dev.stepweir.json.CanonicalJson#hash}
 */
public record RunClaim(RunId run, String workflowHash, String inputHash) {

    /** Most characters that a caller's key may have. */
    public static final int MAX_KEY = 256;

    /**
     * Checks a key that somebody gave.
     *
     * @throws IllegalArgumentException unless it has 1 to {@value #MAX_KEY} characters that can be
     *     printed, and is not blank
     */
    public static void checkKey(String key) {
        boolean wrong =
                key.isBlank()
                        || key.length() > MAX_KEY
                        || !Json.wellFormed(key)
                        || key.chars().anyMatch(Character::isISOControl);
        if (wrong) {
            throw new IllegalArgumentException(
                    "a key has 1 to %d characters that can be printed, found %s"
                            .formatted(
                                    MAX_KEY,
                                    key.length() > MAX_KEY
                                            ? key.length() + " characters"
                                            : Json.text(key)));
        }
    }

    /** Whether two submits ask for the same. */
    public boolean asksForTheSameAs(RunClaim other) {
        return workflowHash.equals(other.workflowHash) && inputHash.equals(other.inputHash);
    }

    /**
     * Reads what {@link #text()} writes.
     *
     * @throws UnreadableException for anything else
     */
    public static RunClaim parse(String text) {
        String[] tokens = text.split(" ");
        try {
            return new RunClaim(new RunId(tokens[0]), tokens[1], tokens[2]);
        } catch (IllegalArgumentException | IndexOutOfBoundsException garbled) {
            throw new UnreadableException("what is stored of a caller's key", text, garbled);
        }
    }

    /** As stored. */
    public String text() {
        return run.text() + " " + workflowHash + " " + inputHash;
    }
}
