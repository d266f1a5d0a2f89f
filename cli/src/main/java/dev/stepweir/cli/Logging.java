package dev.stepweir.cli;

import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.helpers.NOP_FallbackServiceProvider;

/**
 * How much is logged: roles speak, a local run warns, and short commands are silent, for their
 * failures are sentences of their own. Must be chosen before the first logger is made.
 */
final class Logging {

    /** Read by logback.xml. */
    static final String PROPERTY = "stepweir.log";

    private static final String SILENT = "OFF";
    private static final List<String> ROLES =
            List.of("dev", "redis", "orchestrator", "worker", "reaper");

    private Logging() {}

    static void choose(String[] args) {
        if (System.getProperty(PROPERTY) != null) {
            return;
        }
        String level = level(Arrays.asList(args));
        System.setProperty(PROPERTY, level);
        if (level.equals(SILENT)) {
            // Setting Logback up takes a quarter of a second that a short command has better use
            // for.
            System.setProperty("slf4j.provider", NOP_FallbackServiceProvider.class.getName());
            System.setProperty("slf4j.internal.verbosity", "ERROR");
            // Where slf4j says nothing, the Redis client turns to the JDK's own logging.
            Logger.getLogger("").setLevel(Level.OFF);
        }
    }

    private static String level(List<String> args) {
        String asked = System.getenv("STEPWEIR_LOG");
        if (asked != null && !asked.isBlank()) {
            return asked;
        }
        if (args.stream().anyMatch(ROLES::contains)) {
            return "INFO";
        }
        return args.contains("--local") ? "WARN" : SILENT;
    }
}
