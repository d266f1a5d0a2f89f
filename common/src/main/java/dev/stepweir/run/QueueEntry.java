package dev.stepweir.run;

import java.util.List;

/**
 * What a stream entry announces: {@code <run> <number> <step>} and the names of the steps whose
 * outputs flow into it, so that one call can take an entry and read its inputs.
 *
 * @param number the dispatch number
 * @param inputs names of the step's dependencies; empty when the run's input flows in, or when
 *     there are more than {@link #MAX_INPUTS} and the worker reads them itself
 */
public record QueueEntry(RunId run, long number, String step, List<String> inputs) {

    /** The one field of an entry. */
    public static final String FIELD = "d";

    /** More dependencies than this are not named in the entry. */
    public static final int MAX_INPUTS = 32;

    private static final char SEPARATOR = '\u001F';

    public QueueEntry {
        inputs = List.copyOf(inputs);
    }

    /** The part that does not change over publishings: step and inputs. */
    public static String announcement(String step, List<String> dependencies) {
        if (dependencies.isEmpty() || dependencies.size() > MAX_INPUTS) {
            return step;
        }
        return step + SEPARATOR + String.join(String.valueOf(SEPARATOR), dependencies);
    }

    public String announcement() {
        return announcement(step, inputs);
    }

    public static QueueEntry parse(String text) {
        int numberEnd = text.indexOf(' ', 37);
        if (numberEnd < 0 || text.charAt(36) != ' ') {
            throw new IllegalArgumentException("not a queue entry: '" + text + "'");
        }
        RunId run = new RunId(text.substring(0, 36));
        long number = Long.parseLong(text, 37, numberEnd, 10);
        String[] names = text.substring(numberEnd + 1).split(String.valueOf(SEPARATOR));
        return new QueueEntry(run, number, names[0], List.of(names).subList(1, names.length));
    }
}
