package dev.stepweir.cli.terminal;

import dev.stepweir.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A note that {@code stepweir dev} leaves in its directory, for its owner's eyes only, so that
 * other commands started there find its Redis.
 *
 * @param url with the password
 * @param pid of the process that runs it
 */
public record DevServer(String url, long pid) {

    /** Where it keeps its data unless told otherwise. */
    public static final String DIRECTORY = ".stepweir";

    private static final String FILE = "dev.json";

    /** The server that runs in a directory, with its data where it is kept by default. */
    public static Optional<DevServer> find(Path directory) {
        return readIn(directory.resolve(DIRECTORY));
    }

    /** The server that runs with a data directory. */
    public static Optional<DevServer> readIn(Path data) {
        Path file = data.resolve(FILE);
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try {
            JsonNode note = Json.tree(Files.readAllBytes(file));
            DevServer server =
                    new DevServer(note.path("url").asString(), note.path("pid").asLong());
            boolean runs = ProcessHandle.of(server.pid()).map(ProcessHandle::isAlive).orElse(false);
            return runs ? Optional.of(server) : Optional.empty();
        } catch (IOException | JacksonException e) {
            return Optional.empty();
        }
    }

    /** Leaves the note in a data directory and returns its place. */
    public Path write(Path data) {
        Path file = data.resolve(FILE);
        try {
            Files.deleteIfExists(file);
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.write(
                    file,
                    Json.write(Map.of("url", url, "pid", pid)),
                    StandardOpenOption.TRUNCATE_EXISTING);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
