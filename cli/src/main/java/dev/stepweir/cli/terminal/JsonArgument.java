package dev.stepweir.cli.terminal;

import dev.stepweir.json.Json;
import dev.stepweir.json.JsonFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A value on the command line: JSON in place, or {@code @} and a file of it. */
public final class JsonArgument {

    private JsonArgument() {}

    /**
     * Reads it.
     *
     * @param option its name, for people
     * @throws CommandFailure with {@link ExitCode#BAD_INPUT}
     */
    public static JsonNode read(String option, String argument) {
        boolean inFile = argument.startsWith("@");
        if (argument.equals("@")) {
            throw new CommandFailure(
                    ExitCode.BAD_INPUT,
                    option + " has no name of a file after @ (allowed: JSON, or @ and its file)");
        }
        String source = inFile ? argument.substring(1) : option;
        String text = inFile ? fileText(source) : argument;
        if (text.isBlank()) {
            throw new CommandFailure(
                    ExitCode.BAD_INPUT,
                    source + " is empty (allowed: a JSON value, such as null or {})");
        }
        try {
            return Json.valueTree(text);
        } catch (JacksonException e) {
            throw new CommandFailure(
                    ExitCode.BAD_INPUT, source + " is not JSON: " + JsonFault.placed(e), e);
        } catch (NumberFormatException e) {
            throw new CommandFailure(
                    ExitCode.BAD_INPUT, source + " has a number that is out of range", e);
        }
    }

    private static String fileText(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.BAD_INPUT, "cannot read the input file " + file, e);
        }
    }
}
