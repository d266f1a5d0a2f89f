package dev.stepweir.testkit.tidy;

import java.util.List;

/** A text file; {@code path} is relative to the repository, with {@code /} between names. */
record TextFile(String path, String text) {

    List<String> lines() {
        return text.lines().toList();
    }

    boolean isJava() {
        return path.endsWith(".java");
    }
}
