package dev.stepweir.cli.run;

import dev.stepweir.cli.terminal.JsonArgument;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** What {@code --input} says: JSON in place, or a file of it. */
final class RunInput {

    private RunInput() {}

    static JsonNode read(@Nullable String option) {
        return option == null ? NullNode.getInstance() : JsonArgument.read("--input", option);
    }
}
