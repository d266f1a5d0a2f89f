package dev.stepweir.testkit.tidy;

/** One place that breaks a rule; {@code line} is 1-based. */
record Violation(String path, long line, String message) {

    @Override
    public String toString() {
        return path + ":" + line + ": " + message;
    }
}
