package dev.stepweir.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Directories of servers that keep nothing. Each holds a lock for as long as its JVM lives, so that
 * the next one to be made can tell which were left by a JVM that was killed, and deletes those.
 */
final class TemporaryDir {

    private static final Logger log = LoggerFactory.getLogger(TemporaryDir.class);
    private static final String PREFIX = "stepweir-redis-";
    private static final String LOCK = "owner.lock";

    /** Younger ones may not have their lock yet. */
    private static final Duration SETTLED = Duration.ofMinutes(1);

    /** Those of this JVM: looking at their locks would release them. */
    private static final Map<Path, FileChannel> HELD = new ConcurrentHashMap<>();

    private TemporaryDir() {}

    static Path create() throws IOException {
        Path dir = Files.createTempDirectory(PREFIX).toAbsolutePath();
        FileChannel lock =
                FileChannel.open(
                        dir.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        HELD.put(dir, lock);
        lock.lock();
        deleteAbandoned(dir);
        return dir;
    }

    static void delete(Path dir) {
        FileChannel lock = HELD.remove(dir);
        try (Stream<Path> files = Files.walk(dir)) {
            if (lock != null) {
                lock.close();
            }
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + dir, e);
        }
    }

    private static void deleteAbandoned(Path own) throws IOException {
        Instant now = Files.getLastModifiedTime(own.resolve(LOCK)).toInstant();
        Instant settled = now.minus(SETTLED);
        try (Stream<Path> siblings = Files.list(own.resolveSibling(""))) {
            siblings.filter(dir -> dir.getFileName().toString().startsWith(PREFIX))
                    .filter(dir -> !HELD.containsKey(dir))
                    .forEach(dir -> deleteIfAbandoned(dir, own, settled));
        } catch (UncheckedIOException e) {
            log.debug("not all of the temporary directories could be looked at", e);
        }
    }

    private static void deleteIfAbandoned(Path dir, Path own, Instant settled) {
        try {
            Path lock = dir.resolve(LOCK);
            if (Files.exists(lock)
                    && Files.getLastModifiedTime(lock).toInstant().isBefore(settled)
                    && Files.getOwner(dir).equals(Files.getOwner(own))
                    && isFree(lock)
                    && !new DataDir(dir, true).isServed()) {
                delete(dir);
                log.info("Deleted {}, left by a process that was killed", dir);
            }
        } catch (IOException | UncheckedIOException e) {
            log.debug("{} is left alone", dir, e);
        }
    }

    private static boolean isFree(Path lock) throws IOException {
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            return channel.tryLock() != null;
        }
    }
}
