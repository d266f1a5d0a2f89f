package dev.stepweir.cli.terminal;

/** Who stands behind a change, for the record. */
public final class Operator {

    private Operator() {}

    /** The name of the account that runs this command. */
    public static String name() {
        return System.getProperty("user.name", "unknown");
    }
}
