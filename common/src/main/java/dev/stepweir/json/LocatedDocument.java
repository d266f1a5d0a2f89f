package dev.stepweir.json;

import dev.stepweir.json.Located.Place;
import java.util.List;
import java.util.Optional;

/**
 * What a text says, as a tree that knows its places, or why it says nothing.
 *
 * @param root the document; absent if it is empty or could not be read to its end
 * @param problems what is wrong with it as YAML or JSON, in the order of the text
 */
public record LocatedDocument(Optional<Located> root, List<Problem> problems) {

    /** In what a document is written. */
    public enum Format {
        JSON,
        YAML
    }

    /**
     * Something wrong with the text itself.
     *
     * @param path the field, such as {@code steps[0].name}; empty if it cannot be told
     * @param found what stands there; may be empty
     * @param allowed what may stand there; may be empty
     */
    public record Problem(Place place, String path, String found, String allowed, String message) {}

    public LocatedDocument {
        problems = List.copyOf(problems);
    }

    /** Reads a text; never throws for what the text says. */
    public static LocatedDocument parse(String text, Format format) {
        return new LocatedParser(text, format).parse();
    }
}
