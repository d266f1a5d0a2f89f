package dev.stepweir.examples;

import java.util.Map;

/**
 * What was counted in some text files.
 *
 * @param files text files, which are those without a NUL byte
 * @param binary files that are left out for having one
 * @param unreadable files that could not be opened, or were gone
 * @param lines newlines, as {@code wc -l}
 * @param words longest runs of bytes that are not ASCII white space, as {@code wc -w}
 * @param bytes as {@code wc -c}
 * @param distinct different terms
 * @param exact false if there were too many terms to keep: then {@code distinct} is too low
 * @param terms how often the most frequent terms occur, the most frequent first
 */
record Totals(
        long files,
        long binary,
        long unreadable,
        long lines,
        long words,
        long bytes,
        long distinct,
        boolean exact,
        Map<String, Long> terms) {}
