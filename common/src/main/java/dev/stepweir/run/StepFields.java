package dev.stepweir.run;

/** The names of a step's fields in the hash of its run. */
public final class StepFields {

    /**
     * Stands for the end of the run where a step's name is expected: the join of all last steps.
     */
    public static final String END = "$end";

    private StepFields() {}

    /** {@link StepField}. */
    public static String state(String step) {
        return "s:" + step;
    }

    /** The output, once there is one. */
    public static String output(String step) {
        return "o:" + step;
    }

    /** The last error. */
    public static String error(String step) {
        return "e:" + step;
    }

    /** Who executes a long step, and since when. */
    public static String begun(String step) {
        return "b:" + step;
    }
}
