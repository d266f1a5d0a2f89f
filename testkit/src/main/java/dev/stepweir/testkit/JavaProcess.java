package dev.stepweir.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * A real JVM that runs a main class on the class path of the test and may be killed, halted and
 * asked to end. Get one from {@link JavaProcesses}, which ends it with the test. Safe for use by
 * several threads.
 */
public final class JavaProcess implements AutoCloseable {

    private final String name;
    private final Process process;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    /**
     * What to run.
     *
     * @param mainClass the class with the main method
     * @param args its arguments
     * @param environment variables in addition to our own; an empty value removes one
     * @param jvmOptions options of the JVM, such as {@code -Dname=value}
     */
    public record Command(
            Class<?> mainClass,
            List<String> args,
            Map<String, String> environment,
            List<String> jvmOptions) {

        public Command {
            args = List.copyOf(args);
            environment = Map.copyOf(environment);
            jvmOptions = List.copyOf(jvmOptions);
        }

        /** A main class with its arguments and nothing else. */
        public static Command of(Class<?> mainClass, String... args) {
            return new Command(mainClass, List.of(args), Map.of(), List.of());
        }

        /** With these variables in addition. */
        public Command withEnvironment(Map<String, String> variables) {
            return new Command(mainClass, args, variables, jvmOptions);
        }

        /** With these options of the JVM. */
        public Command withJvmOptions(String... options) {
            return new Command(mainClass, args, environment, List.of(options));
        }
    }

    private JavaProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        Thread.ofPlatform().daemon().name("output-of-" + name).start(this::readOutput);
    }

    static JavaProcess start(Command command) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        line.addAll(command.jvmOptions());
        line.addAll(List.of("-cp", System.getProperty("java.class.path")));
        line.add(command.mainClass().getName());
        line.addAll(command.args());
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        command.environment()
                .forEach((variable, value) -> {
                    if (value.isEmpty()) {
                        builder.environment().remove(variable);
                    } else {
                        builder.environment().put(variable, value);
                    }
                });
        try {
            return new JavaProcess(command.mainClass().getSimpleName(), builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it has not ended; a halted process is alive. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** All lines that it has printed so far, standard error among them. */
    public List<String> lines() {
        lock.lock();
        try {
            return List.copyOf(lines);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The first line that satisfies the predicate, among those printed before this call too.
     *
     * @throws AssertionError if there is none within that time or before the process ends
     */
    public String awaitLine(Predicate<String> wanted, Duration limit) {
        long left = limit.toNanos();
        int next = 0;
        lock.lock();
        try {
            while (true) {
                for (; next < lines.size(); next++) {
                    if (wanted.test(lines.get(next))) {
                        return lines.get(next);
                    }
                }
                if (ended || left <= 0) {
                    String reason = ended ? "ended" : "ran " + limit;
                    throw new AssertionError(
                            "%s %s without the expected line:\n%s"
                                    .formatted(name, reason, String.join("\n", lines)));
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + name, e);
        } finally {
            lock.unlock();
        }
    }

    /** Kills it (SIGKILL) and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        waitFor(Duration.ofSeconds(10));
    }

    /** Sends a signal by its short name: {@code STOP}, {@code CONT}, {@code TERM}, {@code INT}. */
    public void signal(String signal) {
        Signals.send(signal, process.pid());
    }

    /**
     * Waits for the end and returns the exit code; 128 and the signal's number after a signal.
     *
     * @throws AssertionError if it still runs after that time
     */
    public int waitFor(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(
                        "%s still runs after %s:\n%s"
                                .formatted(name, limit, String.join("\n", lines())));
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + name, e);
        }
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        kill();
    }

    private void readOutput() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            output.lines().forEach(line -> change(() -> lines.add(line)));
        } catch (IOException | UncheckedIOException e) {
            change(() -> lines.add("(output ended: " + e + ")"));
        } finally {
            change(() -> ended = true);
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
