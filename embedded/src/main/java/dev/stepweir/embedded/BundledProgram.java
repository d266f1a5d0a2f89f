package dev.stepweir.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Unpacks the bundled server once per user. The file's name holds version and content hash, and the
 * file appears by an atomic move, so any number of processes may unpack at the same moment.
 */
final class BundledProgram {

    private static final String VERSION = "7.0.15";
    private static final int BUSY_RETRIES = 20;

    private BundledProgram() {}

    static ServerProgram.Answer find(Optional<Path> cacheDir) {
        Optional<String> resource =
                resourceName(System.getProperty("os.name"), System.getProperty("os.arch"));
        if (resource.isEmpty()) {
            return new ServerProgram.Answer.Refused(
                    "no bundled server for "
                            + System.getProperty("os.name")
                            + " on "
                            + System.getProperty("os.arch"));
        }
        List<String> reasons = new ArrayList<>();
        for (Path dir : candidates(cacheDir)) {
            try {
                ServerProgram.Answer answer = askUnlessBusy(unpack(resource.get(), dir));
                if (answer instanceof ServerProgram.Answer.Runs) {
                    return answer;
                }
                reasons.add(answer.toString());
            } catch (IOException e) {
                reasons.add("cannot unpack into " + dir + ": " + e);
            }
        }
        return new ServerProgram.Answer.Refused(String.join("; ", reasons));
    }

    static Optional<String> resourceName(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String system = os.startsWith("linux") ? "linux" : os.startsWith("mac") ? "darwin" : "";
        String machine =
                switch (osArch.toLowerCase(Locale.ROOT)) {
                    case "amd64", "x86_64" -> "amd64";
                    case "aarch64", "arm64" -> "arm64";
                    default -> "";
                };
        return system.isEmpty() || machine.isEmpty()
                ? Optional.empty()
                : Optional.of("redis-server-" + VERSION + "-" + system + "-" + machine);
    }

    /** Directories to try in turn: the first ones may forbid running programs (noexec). */
    private static List<Path> candidates(Optional<Path> cacheDir) {
        Path userCache =
                Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                        .filter(dir -> dir.startsWith("/"))
                        .map(Path::of)
                        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
                        .resolve("stepweir");
        String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9_-]", "_");
        return List.of(
                cacheDir.orElse(userCache).toAbsolutePath(),
                Path.of(System.getProperty("java.io.tmpdir"), "stepweir-cache-" + user)
                        .toAbsolutePath(),
                Path.of(".stepweir", "cache").toAbsolutePath());
    }

    static Path unpack(String resource, Path dir) throws IOException {
        prepare(dir);
        Content content = contentOf(resource);
        Path target = dir.resolve(resource + "-" + content.hash().substring(0, 16));
        if (Files.isExecutable(target) && Files.size(target) == content.size()) {
            return target;
        }
        Path fresh = Files.createTempFile(dir, "unpacking-", ".tmp");
        try {
            try (InputStream in = open(resource)) {
                Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwx------"));
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
        return target;
    }

    /** A directory that somebody else owns could hold somebody else's program. */
    private static void prepare(Path dir) throws IOException {
        Files.createDirectories(
                dir,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path probe = Files.createTempFile(dir, "owner-", ".tmp");
        try {
            if (!Files.getOwner(dir).equals(Files.getOwner(probe))) {
                throw new IOException(dir + " belongs to " + Files.getOwner(dir));
            }
        } finally {
            Files.delete(probe);
        }
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
    }

    /**
     * A child that another thread of this JVM is just starting can hold the freshly written file
     * open for a moment; running the file fails until that child has become its own program.
     */
    private static ServerProgram.Answer askUnlessBusy(Path file) {
        ServerProgram.Answer answer = ServerProgram.ask(file);
        for (int i = 0; i < BUSY_RETRIES && isBusy(answer); i++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            answer = ServerProgram.ask(file);
        }
        return answer;
    }

    private static boolean isBusy(ServerProgram.Answer answer) {
        return answer instanceof ServerProgram.Answer.Refused refused
                && refused.why().contains("Text file busy");
    }

    private record Content(String hash, long size) {}

    private static Content contentOf(String resource) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(open(resource), digest)) {
                long size = in.transferTo(OutputStream.nullOutputStream());
                return new Content(HexFormat.of().formatHex(digest.digest()), size);
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static InputStream open(String resource) throws IOException {
        InputStream in = BundledProgram.class.getResourceAsStream("/" + resource);
        if (in == null) {
            throw new IOException("not on the class path: " + resource);
        }
        return in;
    }
}
