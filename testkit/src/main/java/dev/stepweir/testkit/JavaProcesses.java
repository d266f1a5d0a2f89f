package dev.stepweir.testkit;

import java.util.ArrayList;
import java.util.List;

/** Starts child JVMs and ends all of them, at the latest when this JVM ends in good order. */
public final class JavaProcesses implements AutoCloseable {

    private final List<JavaProcess> started = new ArrayList<>();
    private final Thread atExit = new Thread(this::killAll, "child-jvms-end");

    /** A test in a class {@link WithProcesses} or {@link WithRedis} takes one as a parameter. */
    public JavaProcesses() {
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Starts a JVM with this main class and these arguments. */
    public JavaProcess start(Class<?> mainClass, String... args) {
        return start(JavaProcess.Command.of(mainClass, args));
    }

    /** Starts a JVM. */
    public synchronized JavaProcess start(JavaProcess.Command command) {
        JavaProcess process = JavaProcess.start(command);
        started.add(process);
        return process;
    }

    /** Kills those that still run. */
    @Override
    public void close() {
        killAll();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private synchronized void killAll() {
        started.forEach(JavaProcess::kill);
        started.clear();
    }
}
