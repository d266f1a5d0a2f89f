package dev.stepweir.proof;

/**
 * Something that must hold and does not.
 *
 * @param about where, and what was found
 */
record Violation(Invariant invariant, String about) {

    @Override
    public String toString() {
        return invariant + ": " + about;
    }
}
