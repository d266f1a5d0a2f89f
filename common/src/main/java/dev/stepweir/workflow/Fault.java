package dev.stepweir.workflow;

/**
 * One thing that is wrong with a definition.
 *
 * @param source the file or other origin; empty for a workflow that was built in Java
 * @param line the line, from 1; 0 where there is no place, as in Java
 * @param column the column, from 1; 0 where there is no place
 * @param field the path of the value, such as {@code steps[2].retry.max_attempts}; empty for the
 *     document as a whole
 * @param found what stands there, cut at 1,000 characters; empty if there is nothing to show
 * @param allowed what may stand there; empty if the message says it all
 * @param message what is wrong, without a full stop
 */
public record Fault(
        String source,
        int line,
        int column,
        String field,
        String found,
        String allowed,
        String message) {

    private static final int LONGEST_FOUND = 1_000;

    public Fault {
        found = shortened(found);
    }

    /** A fault of a workflow that was built in Java: it has a field but no place in a file. */
    static Fault of(String field, String found, String allowed, String message) {
        return new Fault("", 0, 0, field, found, allowed, message);
    }

    /** One line: {@code file:line:col: field: message (found ..., allowed ...)}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (!source.isEmpty()) {
            text.append(source).append(':');
            if (line > 0) {
                text.append(line).append(':').append(column).append(':');
            }
            text.append(' ');
        }
        if (!field.isEmpty()) {
            text.append(field).append(": ");
        }
        text.append(message);
        if (!found.isEmpty() || !allowed.isEmpty()) {
            text.append(" (");
            if (!found.isEmpty()) {
                text.append("found ").append(found);
            }
            if (!found.isEmpty() && !allowed.isEmpty()) {
                text.append(", ");
            }
            if (!allowed.isEmpty()) {
                text.append("allowed ").append(allowed);
            }
            text.append(')');
        }
        return oneLine(text);
    }

    /** A definition may hold any character; a message must not let it move the cursor. */
    private static String oneLine(CharSequence text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    if (Names.printable(c)) {
                        safe.appendCodePoint(c);
                    } else {
                        safe.append(String.format("\\u%04X", c));
                    }
                });
        return safe.toString();
    }

    private static String shortened(String text) {
        if (text.codePointCount(0, text.length()) <= LONGEST_FOUND) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, LONGEST_FOUND)) + "...";
    }
}
