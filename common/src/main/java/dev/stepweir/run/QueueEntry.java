package dev.stepweir.run;

import java.util.ArrayList;
import java.util.List;

/**
 * What a stream entry announces: {@code <run> <number> <field>} and the fields of the outputs that
 * flow into the step, separated by U+001F, so that one call can take an entry and read its inputs.
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

    /** Length of what an entry says first: the run's id. */
    public static final int RUN_LENGTH = 36;

    /** Length of what precedes a step's name in the name of its fields. */
    private static final int PREFIX = 2;

    private static final char SEPARATOR = '\u001F';

    public QueueEntry {
        inputs = List.copyOf(inputs);
    }

    /** The part that does not change over publishings: step and inputs. */
    public static String announcement(String step, List<String> dependencies) {
        if (dependencies.isEmpty() || dependencies.size() > MAX_INPUTS) {
            return StepFields.state(step);
        }
        StringBuilder text = new StringBuilder(StepFields.state(step));
        for (String dependency : dependencies) {
            text.append(SEPARATOR).append(StepFields.output(dependency));
        }
        return text.toString();
    }

    /** How many values a begin reads for an entry: what its inputs are, or the run's input. */
    public static int inputCount(byte[] text) {
        int count = 0;
        for (byte b : text) {
            if (b == SEPARATOR) {
                count++;
            }
        }
        return Math.max(1, count);
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
        if (number < 1) {
            throw new IllegalArgumentException("not a dispatch's number in '" + text + "'");
        }
        List<String> names = new ArrayList<>();
        int from = numberEnd + 1;
        for (int end = from; end <= text.length(); end++) {
            if (end == text.length() || text.charAt(end) == SEPARATOR) {
                names.add(text.substring(from + PREFIX, end));
                from = end + 1;
            }
        }
        return new QueueEntry(run, number, names.getFirst(), names.subList(1, names.size()));
    }
}
