package dev.stepweir.cli.run;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** What {@code --input} says: JSON in place, or a file of it. */
final class RunInput {

    private RunInput() {}

    static JsonNode read(@Nullable String option) {
        if (option == null) {
            return NullNode.getInstance();
        }
        String source = option.startsWith("@") ? option.substring(1) : "--input";
        String text = option.startsWith("@") ? fileText(source) : option;
        try {
            return Json.tree(text);
        } catch (JacksonException e) {
            throw new CommandFailure(
                    ExitCode.BAD_INPUT,
                    source + " is not JSON: " + e.getOriginalMessage() + place(e),
                    e);
        }
    }

    private static String fileText(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.BAD_INPUT, "cannot read the input file " + file, e);
        }
    }

    private static String place(JacksonException e) {
        return e.getLocation() == null
                ? ""
                : " (line %d, column %d)"
                        .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    }
}
