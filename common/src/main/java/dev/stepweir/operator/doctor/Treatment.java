package dev.stepweir.operator.doctor;

/**
 * What became of a finding.
 *
 * @param answer of who tried to repair it, else empty
 */
public record Treatment(Finding finding, Result result, String answer) {

    /** How it stands now. */
    public enum Result {
        /** Found; nothing was to be repaired. */
        FOUND,
        /** Repaired: it is not there any more. */
        REPAIRED,
        /** It is still there, and needs a person. */
        LEFT
    }
}
