package dev.stepweir.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The directory of one server: its files, and the process that last wrote them. */
record DataDir(Path path, boolean temporary) {

    static DataDir prepare(Optional<Path> wanted) {
        try {
            return wanted.isPresent()
                    ? new DataDir(Files.createDirectories(wanted.get().toAbsolutePath()), false)
                    : new DataDir(TemporaryDir.create(), true);
        } catch (IOException e) {
            throw new RedisUnavailableException("cannot create the data directory", e);
        }
    }

    static Path pidFile(Path dir) {
        return dir.resolve("server.pid");
    }

    /**
     * Waits for an earlier server on the same files: after a kill of its JVM it lives on for some
     * tenths of a second, and two servers writing one append-only file destroy it.
     */
    void awaitFree(Duration limit) {
        Optional<ProcessHandle> other = lastServer();
        if (other.isEmpty()) {
            return;
        }
        long pid = other.get().pid();
        try {
            other.get().onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new RedisUnavailableException(
                    "process " + pid + " already serves the data directory " + path, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisUnavailableException("interrupted while waiting for " + pid, e);
        }
    }

    /** Whether the last server on these files still runs. */
    boolean isServed() {
        return lastServer().isPresent();
    }

    private Optional<ProcessHandle> lastServer() {
        try {
            long pid = Long.parseLong(Files.readString(pidFile(path)).strip());
            return ProcessHandle.of(pid).filter(DataDir::looksLikeServer);
        } catch (NoSuchFileException | NumberFormatException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new RedisUnavailableException("cannot read " + pidFile(path), e);
        }
    }

    /** The number may since have been given to an unrelated process. */
    private static boolean looksLikeServer(ProcessHandle process) {
        return process.info().command().map(c -> c.contains("-server")).orElse(false);
    }

    void deleteIfTemporary() {
        if (!temporary || !Files.exists(path)) {
            return;
        }
        TemporaryDir.delete(path);
    }
}
