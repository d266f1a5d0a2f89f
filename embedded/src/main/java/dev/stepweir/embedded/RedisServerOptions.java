package dev.stepweir.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How to start a server. Immutable; every {@code with} method returns a changed copy.
 *
 * @param sources where to look for a server program, in this order; not empty
 * @param dataDir where the server keeps its files; empty for a temporary directory that is deleted
 *     by {@link RedisServer#close()}
 * @param appendFsync whether and how often the append-only file is forced to disk
 * @param maxmemoryBytes the server's memory limit in bytes, at least 1; empty for none
 * @param port the port on 127.0.0.1, 1 to 65535; empty for any free one
 * @param password letters and digits only, at least 8; empty for 128 random bits
 * @param cacheDir where the bundled program is unpacked; empty for the user's cache directory
 * @param startTimeout how long the server may take to answer, loading its data included
 * @param settings further lines of the server's configuration; these win over the ones above
 */
public record RedisServerOptions(
        List<Source> sources,
        Optional<Path> dataDir,
        AppendFsync appendFsync,
        OptionalLong maxmemoryBytes,
        OptionalInt port,
        Optional<String> password,
        Optional<Path> cacheDir,
        Duration startTimeout,
        Map<String, String> settings) {

    /** Where the server program comes from. */
    public enum Source {
        /** On the PATH: {@code valkey-server} from 7.2 or {@code redis-server} from 7.0. */
        PATH,
        /** The program that comes with this module. */
        BUNDLED
    }

    /** What survives when the server itself dies. */
    public enum AppendFsync {
        /** Nothing is written to disk: a restart begins empty. */
        NO,
        /** At most the last two seconds of writes are lost. */
        EVERYSEC,
        /** No acknowledged write is lost. */
        ALWAYS
    }

    public RedisServerOptions {
        sources = List.copyOf(sources);
        settings = Map.copyOf(settings);
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("sources must name at least one source");
        }
        if (maxmemoryBytes.isPresent() && maxmemoryBytes.getAsLong() < 1) {
            throw new IllegalArgumentException(
                    "maxmemoryBytes must be at least 1, not " + maxmemoryBytes.getAsLong());
        }
        if (port.isPresent() && (port.getAsInt() < 1 || port.getAsInt() > 65_535)) {
            throw new IllegalArgumentException("port must be 1 to 65535, not " + port.getAsInt());
        }
        if (password.isPresent() && !password.get().matches("[A-Za-z0-9]{8,}")) {
            throw new IllegalArgumentException("password must be at least 8 letters and digits");
        }
        if (!startTimeout.isPositive()) {
            throw new IllegalArgumentException(
                    "startTimeout must be positive, not " + startTimeout);
        }
        settings.forEach(RedisServerOptions::requireOneLine);
    }

    /** For running the product: an installed server first, as the distribution keeps it patched. */
    public static RedisServerOptions forRuntime() {
        return inOrder(Source.PATH, Source.BUNDLED);
    }

    /** For tests: the bundled server first, so that every machine tests the same one. */
    public static RedisServerOptions forTests() {
        return inOrder(Source.BUNDLED, Source.PATH);
    }

    private static RedisServerOptions inOrder(Source... sources) {
        return new RedisServerOptions(
                List.of(sources),
                Optional.empty(),
                AppendFsync.NO,
                OptionalLong.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(30),
                Map.of());
    }

    public RedisServerOptions withSources(Source... only) {
        return new RedisServerOptions(
                List.of(only),
                dataDir,
                appendFsync,
                maxmemoryBytes,
                port,
                password,
                cacheDir,
                startTimeout,
                settings);
    }

    public RedisServerOptions withDataDir(Path dir) {
        return new RedisServerOptions(
                sources,
                Optional.of(dir),
                appendFsync,
                maxmemoryBytes,
                port,
                password,
                cacheDir,
                startTimeout,
                settings);
    }

    public RedisServerOptions withAppendFsync(AppendFsync mode) {
        return new RedisServerOptions(
                sources,
                dataDir,
                mode,
                maxmemoryBytes,
                port,
                password,
                cacheDir,
                startTimeout,
                settings);
    }

    public RedisServerOptions withMaxmemoryBytes(long bytes) {
        return new RedisServerOptions(
                sources,
                dataDir,
                appendFsync,
                OptionalLong.of(bytes),
                port,
                password,
                cacheDir,
                startTimeout,
                settings);
    }

    public RedisServerOptions withPort(int fixed) {
        return new RedisServerOptions(
                sources,
                dataDir,
                appendFsync,
                maxmemoryBytes,
                OptionalInt.of(fixed),
                password,
                cacheDir,
                startTimeout,
                settings);
    }

    public RedisServerOptions withPassword(String fixed) {
        return new RedisServerOptions(
                sources,
                dataDir,
                appendFsync,
                maxmemoryBytes,
                port,
                Optional.of(fixed),
                cacheDir,
                startTimeout,
                settings);
    }

    public RedisServerOptions withCacheDir(Path dir) {
        return new RedisServerOptions(
                sources,
                dataDir,
                appendFsync,
                maxmemoryBytes,
                port,
                password,
                Optional.of(dir),
                startTimeout,
                settings);
    }

    public RedisServerOptions withStartTimeout(Duration limit) {
        return new RedisServerOptions(
                sources,
                dataDir,
                appendFsync,
                maxmemoryBytes,
                port,
                password,
                cacheDir,
                limit,
                settings);
    }

    /** Adds one line of the server's own configuration, such as {@code hz 100}. */
    public RedisServerOptions withSetting(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(name, value);
        return new RedisServerOptions(
                sources,
                dataDir,
                appendFsync,
                maxmemoryBytes,
                port,
                password,
                cacheDir,
                startTimeout,
                more);
    }

    /** The server's configuration; it holds the password and is therefore never put in a file. */
    String configuration(Path dir, int actualPort, String actualPassword) {
        StringBuilder lines = new StringBuilder();
        lines.append("bind 127.0.0.1\n");
        lines.append("port ").append(actualPort).append('\n');
        lines.append("requirepass ").append(actualPassword).append('\n');
        lines.append("dir ").append(quoted(dir.toString())).append('\n');
        lines.append("pidfile ").append(quoted(DataDir.pidFile(dir).toString())).append('\n');
        lines.append("save \"\"\n");
        if (appendFsync == AppendFsync.NO) {
            lines.append("appendonly no\n");
        } else {
            lines.append("appendonly yes\n");
            lines.append("appendfsync ")
                    .append(appendFsync.name().toLowerCase(Locale.ROOT))
                    .append('\n');
        }
        maxmemoryBytes.ifPresent(bytes -> lines.append("maxmemory ").append(bytes).append('\n'));
        lines.append("maxmemory-policy noeviction\n");
        // A finished entry is deleted by id, which walks its node from the start.
        lines.append("stream-node-max-entries 20\n");
        lines.append("loglevel warning\n");
        settings.forEach(
                (name, value) -> lines.append(name).append(' ').append(value).append('\n'));
        return lines.toString();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static void requireOneLine(String name, String value) {
        if (!name.matches("[a-z0-9-]+") || value.isBlank() || value.contains("\n")) {
            throw new IllegalArgumentException(
                    "settings must be single lines of name and value, not " + name + " " + value);
        }
    }
}
