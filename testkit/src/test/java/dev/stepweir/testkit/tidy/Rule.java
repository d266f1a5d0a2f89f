package dev.stepweir.testkit.tidy;

import java.util.List;

/** A demand on the repository, with the least sample that breaks it. */
record Rule(String name, Check check, Sample bad) {

    /** Finds what breaks the rule. */
    @FunctionalInterface
    interface Check {
        List<Violation> on(Sources sources);
    }

    /** A file that must fail this rule; given the path that it would have in the repository. */
    record Sample(String path, String text) {}

    List<Violation> violations(Sources sources) {
        return check.on(sources);
    }
}
