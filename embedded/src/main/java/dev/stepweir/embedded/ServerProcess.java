package dev.stepweir.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running server program below a small shell that ties its life to ours. The shell reads the
 * configuration from its input up to a line with a single dot (so the password is in no argument,
 * environment or file) and keeps that input open: when it ends, because we closed it or because
 * this JVM died in whatever way, the server is told to stop, and killed if it does not.
 */
final class ServerProcess {

    private static final Logger log = LoggerFactory.getLogger(ServerProcess.class);
    private static final int KEPT_LINES = 20;

    private static final String SHELL_SCRIPT =
            """
            conf=$(while IFS= read -r line && [ "$line" != . ]; do printf '%s\\n' "$line"; done)
            exec 3<&0 </dev/null
            trap '' INT HUP
            printf '%s\\n' "$conf" | "$0" - 3<&- &
            server=$!
            (
              read -r ignored <&3
              kill -CONT $server
              kill -TERM $server
              for i in 1 2 3 4 5 6 7 8; do sleep 1; kill -0 $server || exit; done
              kill -KILL $server
            ) >/dev/null 2>&1 &
            watch=$!
            exec 3<&-
            trap 'kill -TERM $server' TERM
            while :; do
              wait $server
              code=$?
              kill -0 $server 2>/dev/null || break
            done
            kill $watch 2>/dev/null
            exit $code
            """;

    private final Process shell;
    private final Thread reader;
    private final Deque<String> lastLines = new ArrayDeque<>();

    private ServerProcess(Process shell) {
        this.shell = shell;
        // Reading from a pipe keeps a processor of virtual threads from all others.
        this.reader =
                Thread.ofPlatform()
                        .daemon()
                        .name("embedded-redis-log-" + shell.pid())
                        .start(this::readLog);
    }

    static ServerProcess start(Path program, Path workingDir, String configuration) {
        List<String> command = new ArrayList<>(ownSession(System.getenv("PATH")));
        command.addAll(List.of("/bin/sh", "-c", SHELL_SCRIPT, program.toString()));
        try {
            Process shell =
                    new ProcessBuilder(command)
                            .directory(workingDir.toFile())
                            .redirectErrorStream(true)
                            .start();
            ServerProcess started = new ServerProcess(shell);
            OutputStream lifeLine = shell.getOutputStream();
            lifeLine.write((configuration + ".\n").getBytes(StandardCharsets.UTF_8));
            lifeLine.flush();
            return started;
        } catch (IOException e) {
            throw new RedisUnavailableException("cannot run " + program, e);
        }
    }

    /**
     * Ctrl-C in a terminal reaches every process of the group: without a group of its own the
     * server would be gone before its clients had finished their last writes.
     */
    private static List<String> ownSession(String searchPath) {
        Optional<Path> setsid = ServerProgram.find("setsid", searchPath);
        if (setsid.isPresent()) {
            return List.of(setsid.get().toString());
        }
        return ServerProgram.find("perl", searchPath)
                .map(p -> List.of(p.toString(), "-MPOSIX", "-e", "setsid; exec @ARGV or exit 127"))
                .orElse(List.of());
    }

    /** Waits for the end; false if the process still runs after that time. */
    boolean endedWithin(Duration limit) {
        try {
            return shell.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisUnavailableException("interrupted while waiting for the server", e);
        }
    }

    boolean isAlive() {
        return shell.isAlive();
    }

    CompletableFuture<?> end() {
        return shell.onExit();
    }

    /** The server's last words, complete if the process has ended. */
    String lastWords() {
        try {
            if (!shell.isAlive()) {
                reader.join(Duration.ofSeconds(2));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (lastLines) {
            return String.join("\n", lastLines);
        }
    }

    /** Ends the input, which stops the server; by force after ten seconds. */
    void stop() {
        try {
            shell.getOutputStream().close();
        } catch (IOException e) {
            log.debug("The server had ended before it was told to stop", e);
        }
        if (!waitedFor(Duration.ofSeconds(10))) {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
            waitedFor(Duration.ofSeconds(2));
        }
    }

    /** Stopping must not be cut short by an interrupt: a server would be left behind. */
    private boolean waitedFor(Duration limit) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return shell.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void readLog() {
        try (BufferedReader lines = shell.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(this::keep);
        } catch (IOException | UncheckedIOException e) {
            log.debug("The server's log has ended", e);
        }
    }

    private void keep(String line) {
        log.debug("{}", line);
        synchronized (lastLines) {
            lastLines.addLast(line);
            if (lastLines.size() > KEPT_LINES) {
                lastLines.removeFirst();
            }
        }
    }
}
