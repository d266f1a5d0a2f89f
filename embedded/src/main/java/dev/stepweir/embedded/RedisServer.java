package dev.stepweir.embedded;

import dev.stepweir.embedded.RedisServerOptions.Source;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that this JVM started, on 127.0.0.1 behind a password. It is meant for development and
 * tests. It ends with {@link #close()}, and also when this JVM ends in any other way, a kill
 * included. Safe for use by several threads.
 */
public final class RedisServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RedisServer.class);
    private static final int PORT_ATTEMPTS = 5;
    private static final Duration ANSWER_PAUSE = Duration.ofMillis(3);

    private final RedisServerOptions options;
    private final ServerProgram program;
    private final String description;
    private final DataDir dataDir;
    private final String password;
    private int port;
    private long pid;
    private Optional<ServerProcess> process = Optional.empty();

    private RedisServer(RedisServerOptions options, Found found, DataDir dataDir) {
        this.options = options;
        this.program = found.program();
        this.description = found.describe();
        this.dataDir = dataDir;
        this.password = options.password().orElseGet(RedisServer::randomPassword);
    }

    private record Found(ServerProgram program, Source source) {
        String describe() {
            String where = source == Source.BUNDLED ? "bundled" : program.file().toString();
            return program.product() + " " + program.version() + " (" + where + ")";
        }
    }

    /** What came of one start on one port. */
    private sealed interface Outcome {
        record Serving(ServerProcess process, long pid) implements Outcome {}

        record PortTaken(String why) implements Outcome {}
    }

    /**
     * Starts a server and returns when it answers.
     *
     * @throws RedisUnavailableException if no source has a usable program, or if it does not start
     */
    public static RedisServer start(RedisServerOptions options) {
        Found found = find(options, System.getenv().getOrDefault("PATH", ""));
        DataDir dataDir = DataDir.prepare(options.dataDir());
        RedisServer server = new RedisServer(options, found, dataDir);
        try {
            server.startAgain();
            return server;
        } catch (RuntimeException e) {
            dataDir.deleteIfTemporary();
            throw e;
        }
    }

    /** The address with the password: {@code redis://:password@127.0.0.1:port}. */
    public synchronized String uri() {
        return "redis://:" + password + "@127.0.0.1:" + port;
    }

    /** The port on 127.0.0.1; the same after a restart. */
    public synchronized int port() {
        return port;
    }

    /** Product, version and where the program came from, such as "Redis 7.0.15 (bundled)". */
    public String description() {
        return description;
    }

    /** The process id of the server itself; of the last one while it is stopped. */
    public synchronized long pid() {
        return pid;
    }

    /** Where the server keeps its files. */
    public Path dataDir() {
        return dataDir.path();
    }

    /** Whether the server's process runs; it may be paused or busy nevertheless. */
    public synchronized boolean isRunning() {
        return process.map(ServerProcess::isAlive).orElse(false);
    }

    /** Completes when the server's process has ended, whoever ended it; at once if none runs. */
    public synchronized CompletableFuture<?> end() {
        return process.<CompletableFuture<?>>map(ServerProcess::end)
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    /** Stops the server in good order, keeping its files. Without effect if it does not run. */
    public synchronized void stop() {
        process.ifPresent(ServerProcess::stop);
        process = Optional.empty();
    }

    /** Kills the server (SIGKILL), keeping what it had written to its files. */
    public synchronized void kill() {
        if (isRunning()) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
        stop();
    }

    /**
     * Starts a stopped server on the same port, files and password.
     *
     * @throws IllegalStateException if it runs
     * @throws RedisUnavailableException if it does not start
     */
    public synchronized void startAgain() {
        if (isRunning()) {
            throw new IllegalStateException("the server already runs, pid " + pid);
        }
        dataDir.awaitFree(Duration.ofSeconds(10));
        String reason = "";
        for (int attempt = 1; attempt <= PORT_ATTEMPTS; attempt++) {
            int candidate = port != 0 ? port : options.port().orElseGet(RedisServer::freePort);
            switch (launch(candidate)) {
                case Outcome.Serving serving -> {
                    process = Optional.of(serving.process());
                    pid = serving.pid();
                    port = candidate;
                    log.info("Started {} on 127.0.0.1:{}, pid {}", description, port, pid);
                    return;
                }
                case Outcome.PortTaken taken -> reason = taken.why();
            }
        }
        throw new RedisUnavailableException("no port was free: " + reason);
    }

    /** Stops the server and starts it again on the same port, files and password. */
    public synchronized void restart() {
        stop();
        startAgain();
    }

    /** Stops the server and deletes its files if their directory is temporary. Idempotent. */
    @Override
    public synchronized void close() {
        stop();
        dataDir.deleteIfTemporary();
    }

    private Outcome launch(int candidate) {
        String configuration = options.configuration(dataDir.path(), candidate, password);
        ServerProcess started = ServerProcess.start(program.file(), dataDir.path(), configuration);
        boolean serving = false;
        try {
            Outcome outcome = awaitAnswer(started, candidate);
            serving = outcome instanceof Outcome.Serving;
            return outcome;
        } finally {
            if (!serving) {
                started.stop();
            }
        }
    }

    private Outcome awaitAnswer(ServerProcess started, int candidate) {
        long begun = System.nanoTime();
        String last = "no answer yet";
        while (System.nanoTime() - begun < options.startTimeout().toNanos()) {
            if (started.endedWithin(ANSWER_PAUSE)) {
                String words = started.lastWords();
                if (words.contains("Failed listening on port")) {
                    return new Outcome.PortTaken(words);
                }
                throw new RedisUnavailableException(description + " ended at once: " + words);
            }
            switch (ReadyCheck.ask(candidate, password)) {
                case ReadyCheck.Answer.Ready ready -> {
                    return new Outcome.Serving(started, ready.pid());
                }
                case ReadyCheck.Answer.NotYet notYet -> last = notYet.why();
                case ReadyCheck.Answer.Stranger stranger -> last = stranger.reply();
            }
        }
        throw new RedisUnavailableException(
                "%s did not answer within %s: %s %s"
                        .formatted(description, options.startTimeout(), last, started.lastWords()));
    }

    private static Found find(RedisServerOptions options, String searchPath) {
        List<String> reasons = new ArrayList<>();
        for (Source source : options.sources()) {
            Optional<ServerProgram> program =
                    switch (source) {
                        case PATH -> InstalledProgram.find(searchPath, reasons);
                        case BUNDLED -> bundled(options.cacheDir(), reasons);
                    };
            if (program.isPresent()) {
                return new Found(program.get(), source);
            }
        }
        throw new RedisUnavailableException(
                "no server program found: " + String.join("; ", reasons));
    }

    private static Optional<ServerProgram> bundled(Optional<Path> cache, List<String> reasons) {
        return switch (BundledProgram.find(cache)) {
            case ServerProgram.Answer.Runs(ServerProgram program) -> Optional.of(program);
            case ServerProgram.Answer.Refused(String why) -> {
                reasons.add(why);
                yield Optional.empty();
            }
        };
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new RedisUnavailableException("127.0.0.1 has no free port", e);
        }
    }

    private static String randomPassword() {
        byte[] bits = new byte[16];
        new SecureRandom().nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }
}
