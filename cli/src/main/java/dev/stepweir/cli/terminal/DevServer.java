package dev.stepweir.cli.terminal;

import dev.stepweir.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
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
 * @param startedMillis when that process started; 0 if the system does not say
 */
public record DevServer(String url, long pid, long startedMillis) {

    /** Where it keeps its data unless told otherwise. */
    public static final String DIRECTORY = ".stepweir";

    private static final String FILE = "dev.json";

    /** How far two readings of one process's start may differ: clocks are set. */
    private static final Duration SAME_START = Duration.ofSeconds(10);

    /** Run by this process. */
    public static DevServer ofThisProcess(String url) {
        ProcessHandle self = ProcessHandle.current();
        return new DevServer(url, self.pid(), startedMillis(self));
    }

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
                    new DevServer(
                            note.path("url").asString(),
                            note.path("pid").asLong(),
                            note.path("started_ms").asLong(0));
            return server.runs() ? Optional.of(server) : Optional.empty();
        } catch (IOException | JacksonException e) {
            return Optional.empty();
        }
    }

    /**
     * Whether the process is there that left the note. Its number may be another's by now: after a
     * restart of the machine, and in a container it is always the same.
     */
    private boolean runs() {
        return pid != ProcessHandle.current().pid()
                && ProcessHandle.of(pid)
                        .filter(ProcessHandle::isAlive)
                        .map(this::isIt)
                        .orElse(false);
    }

    private boolean isIt(ProcessHandle process) {
        long started = startedMillis(process);
        return started == 0
                || startedMillis == 0
                || Math.abs(started - startedMillis) <= SAME_START.toMillis();
    }

    private static long startedMillis(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
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
                    Json.write(Map.of("url", url, "pid", pid, "started_ms", startedMillis)),
                    StandardOpenOption.TRUNCATE_EXISTING);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
