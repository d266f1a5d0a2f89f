package dev.stepweir.cli;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.slf4j.helpers.NOP_FallbackServiceProvider;

/**
 * How much is logged: roles speak, a local run warns, and short commands are silent, for their
 * failures are sentences of their own. Must be chosen before the first logger is made.
 */
final class Logging {

    /** Read by logback.xml. */
    static final String PROPERTY = "stepweir.log";

    private static final String SILENT = "OFF";
    private static final List<String> LEVELS =
            List.of(SILENT, "ERROR", "WARN", "INFO", "DEBUG", "TRACE");
    private static final List<String> ROLES =
            List.of("dev", "redis", "orchestrator", "worker", "reaper");

    private Logging() {}

    /**
     * @throws CommandFailure when the environment asks for what there is not
     */
    static void choose(String[] args) {
        if (System.getProperty(PROPERTY) != null) {
            return;
        }
        String level = level(System.getenv("STEPWEIR_LOG"), Arrays.asList(args));
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

    /** Logback takes a word that it does not know for DEBUG. */
    static String level(@Nullable String asked, List<String> args) {
        if (asked != null && !asked.isBlank()) {
            String level = asked.strip().toUpperCase(Locale.ROOT);
            if (!LEVELS.contains(level)) {
                throw new CommandFailure(
                        ExitCode.BAD_INPUT,
                        "STEPWEIR_LOG must be one of %s, found '%s'"
                                .formatted(String.join(", ", LEVELS), Text.oneLine(asked)));
            }
            return level;
        }
        if (args.stream().anyMatch(ROLES::contains)) {
            return "INFO";
        }
        return args.contains("--local") ? "WARN" : SILENT;
    }
}
