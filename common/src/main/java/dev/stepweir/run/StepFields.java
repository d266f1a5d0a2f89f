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

    /** What an operator gives a step in place of what flows in by the graph. */
    public static String input(String step) {
        return "i:" + step;
    }

    /** What people have found out about its death. */
    public static String notes(String step) {
        return "n:" + step;
    }

    /** The last error. */
    public static String error(String step) {
        return "e:" + step;
    }

    /**
     * What the step's handler did under a name, for its later attempts. The length keeps apart what
     * both texts may hold.
     */
    public static String once(String step, String name) {
        return "j:" + step.length() + ":" + step + ":" + name;
    }

    /** What a step waits for that was put off: {@code <number>@<entry id> <words>}. */
    public static String wait(String step) {
        return "w:" + step;
    }

    /** Who executes a long step, and since when. */
    public static String begun(String step) {
        return "b:" + step;
    }
}
