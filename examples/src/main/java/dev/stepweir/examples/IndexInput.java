package dev.stepweir.examples;

import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.handler.StepContext;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The input of an index run. Both are paths or {@code file:} URIs, and may be left out.
 *
 * @param dir what to index
 * @param report where to write the report
 */
record IndexInput(@Nullable String dir, @Nullable String report) {

    static IndexInput of(StepContext context) {
        return context.runInput(IndexInput.class).orElse(new IndexInput(null, null));
    }

    Optional<Path> directory() {
        return path(dir);
    }

    Optional<Path> reportFile() {
        return path(report);
    }

    private static Optional<Path> path(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    text.startsWith("file:") ? Path.of(URI.create(text)) : Path.of(text));
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw new PermanentStepException("not a path: " + text, e);
        }
    }
}
