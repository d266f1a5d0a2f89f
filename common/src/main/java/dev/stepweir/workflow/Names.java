package dev.stepweir.workflow;

import dev.stepweir.json.Json;
import dev.stepweir.json.Located;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Pattern;

/** What may serve as a name, and which known name somebody may have meant. */
final class Names {

    /** UTF-16 units that a workflow's, step's or handler's name may have. */
    static final int MAX_LENGTH = 255;

    static final String NAMESPACE_ALLOWED =
            "1 to 63 of a-z 0-9 . _ - beginning with a letter or digit";

    /** A namespace is a part of every key's hash tag, so it is plain. */
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    /** Beyond this length nobody mistypes a name; comparing would only cost time. */
    private static final int LONGEST_COMPARED = 64;

    private Names() {}

    static boolean validNamespace(String name) {
        return NAMESPACE.matcher(name).matches();
    }

    /**
     * Whether a code point shows as itself on one line: no control, line break or lone surrogate.
     */
    static boolean printable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }

    /** Adds what is wrong with a name that people and logs have to be able to quote. */
    static void check(String field, String name, Faults faults) {
        if (name.isBlank()) {
            faults.add(field, quoted(name), "a name", "must not be blank");
            return;
        }
        if (name.length() > MAX_LENGTH) {
            faults.add(
                    field,
                    name.length() + " characters",
                    "at most " + MAX_LENGTH + " characters",
                    "is too long");
        }
        name.codePoints()
                .filter(c -> !printable(c))
                .findFirst()
                .ifPresent(c ->
                        faults.add(
                                field,
                                String.format("U+%04X", c),
                                "printable characters",
                                "must not have control characters"));
        if (!name.strip().equals(name)) {
            faults.add(field, quoted(name), quoted(name.strip()), "begins or ends with a blank");
        }
    }

    /** Adds a fault for free text that could not be stored. */
    static void checkText(String field, String text, Faults faults) {
        if (!Json.wellFormed(text)) {
            faults.add(field, "half a surrogate pair", "Unicode text", "is not valid text");
        }
    }

    static String quoted(String text) {
        return Located.quoted(text);
    }

    /** The known name that differs least from {@code name}, if it differs by a slip only. */
    static Optional<String> nearest(String name, Collection<String> known) {
        if (name.length() > LONGEST_COMPARED) {
            return Optional.empty();
        }
        int best = Math.max(1, name.length() / 3) + 1;
        String nearest = null;
        for (String candidate : known) {
            boolean near = Math.abs(candidate.length() - name.length()) < best;
            if (near && candidate.length() <= LONGEST_COMPARED) {
                int distance = distance(name, candidate);
                if (distance < best) {
                    best = distance;
                    nearest = candidate;
                }
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** The end of a message about an unknown name: what was probably meant, or nothing. */
    static String meant(String name, Collection<String> known) {
        return nearest(name, known).map(near -> "; did you mean " + quoted(near) + "?").orElse("");
    }

    /** Edits between two texts, a swap of neighbours being one. */
    private static int distance(String a, String b) {
        int[] older = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + change);
                boolean swapped =
                        i > 1
                                && j > 1
                                && a.charAt(i - 1) == b.charAt(j - 2)
                                && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], older[j - 2] + 1);
                }
            }
            int[] free = older;
            older = last;
            last = row;
            row = free;
        }
        return last[b.length()];
    }
}
