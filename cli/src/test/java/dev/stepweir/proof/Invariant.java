package dev.stepweir.proof;

/** What must hold of a namespace in which nothing is under way any more. */
enum Invariant {
    NOT_LOST("every accepted run is stored"),
    FINISHED("every run has ended"),
    RESCUABLE("whatever has not ended has somebody who brings it forward"),
    IN_ORDER("no step is published before all that it depends on has succeeded"),
    JOINS_COUNTED("a join waits for as many steps as have not succeeded"),
    DEATHS_COUNTED("a run counts as many dead steps as it has"),
    ENDED_RIGHTLY("a completed run has only steps that succeeded, a failed one has dead steps"),
    LISTED_ONCE("a run is listed as what it is, and nowhere else"),
    LETTERS_KEPT("there is a dead letter for each dead step, and for nothing that succeeded"),
    STARTED_ONCE("a dispatch is started at most once"),
    COMMIT_WITNESSED("what is committed is what the current dispatch returned"),
    NOTHING_AFTER_COMMIT("a step that has succeeded is never published again"),
    INPUT_COMMITTED("what flowed into a committed step is what was committed before it"),
    EXECUTIONS_EXPLAINED("a step is executed no oftener than its ledgers tell"),
    NOTHING_QUEUED("no entry is left, delivered or not"),
    NO_ORPHANS("no timer, value, history or count is left of what is gone"),
    NOTHING_UNKNOWN("every key is documented, and none expires");

    private final String meaning;

    Invariant(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String toString() {
        return name() + " (" + meaning + ")";
    }
}
