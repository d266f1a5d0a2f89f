package dev.stepweir.examples;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Counts the text of files, one after the other. A term is a run of 4 to 40 letters and digits that
 * begins with a letter; upper and lower case are one. Not safe for several threads.
 */
final class Tally {

    /** Different terms that are kept while counting, so that memory stays bounded. */
    static final int MOST_TERMS = 200_000;

    private static final int CHUNK = 64 * 1024;
    private static final int SHORTEST = 4;
    private static final int LONGEST = 40;

    private final byte[] chunk = new byte[CHUNK];
    private final byte[] run = new byte[LONGEST];
    private final Map<String, Long> terms = new HashMap<>();
    private int runLength;
    private long files;
    private long binary;
    private long unreadable;
    private long lines;
    private long words;
    private long bytes;
    private boolean exact = true;

    /** Adds a file, unless it is binary or cannot be opened. */
    void add(Path file) throws IOException {
        try {
            if (hasNul(file)) {
                binary++;
                return;
            }
            count(file);
            files++;
        } catch (AccessDeniedException | NoSuchFileException e) {
            unreadable++;
        }
    }

    private boolean hasNul(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                for (int i = 0; i < length; i++) {
                    if (chunk[i] == 0) {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    private void count(Path file) throws IOException {
        boolean inWord = false;
        try (InputStream in = Files.newInputStream(file)) {
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                bytes += length;
                for (int i = 0; i < length; i++) {
                    byte b = chunk[i];
                    boolean space = isSpace(b);
                    if (!space && !inWord) {
                        words++;
                    }
                    inWord = !space;
                    lines += b == '\n' ? 1 : 0;
                    spell(b);
                }
            }
        }
        endTerm();
    }

    /** The six of the C locale. */
    private static boolean isSpace(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    private void spell(byte b) {
        // The bytes of a letter outside ASCII are negative.
        if (b < 0 || Character.isLetterOrDigit(b)) {
            if (runLength < LONGEST) {
                run[runLength] = b;
            }
            runLength++;
        } else if (runLength > 0) {
            endTerm();
        }
    }

    private void endTerm() {
        int length = runLength;
        runLength = 0;
        if (length < SHORTEST || length > LONGEST) {
            return;
        }
        String term = new String(run, 0, length, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
        if (Character.isLetter(term.codePointAt(0))) {
            count(term, 1);
        }
    }

    private void count(String term, long times) {
        if (terms.size() >= MOST_TERMS && !terms.containsKey(term)) {
            exact = false;
            return;
        }
        terms.merge(term, times, Long::sum);
    }

    /** Adds what was counted elsewhere. */
    void add(Totals other) {
        files += other.files();
        binary += other.binary();
        unreadable += other.unreadable();
        lines += other.lines();
        words += other.words();
        bytes += other.bytes();
        exact &= other.exact();
        other.terms().forEach(this::count);
    }

    /** What was counted so far, with at most so many terms. */
    Totals totals(int mostTerms) {
        Map<String, Long> frequent = new LinkedHashMap<>();
        byFrequency()
                .limit(mostTerms)
                .forEach(term -> frequent.put(term.getKey(), term.getValue()));
        return new Totals(
                files, binary, unreadable, lines, words, bytes, terms.size(), exact, frequent);
    }

    private Stream<Map.Entry<String, Long>> byFrequency() {
        return terms.entrySet().stream()
                .sorted(
                        Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                                .thenComparing(Map.Entry.comparingByKey()));
    }
}
