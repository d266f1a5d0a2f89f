package dev.stepweir.cli.role;

import dev.stepweir.cli.terminal.ExitCode;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGTERM and Ctrl-C ask a role to stop; the JVM waits until it has and then exits with 0, since a
 * drained role has done what it was asked.
 */
final class StopSignal implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile ExitCode code = ExitCode.OK;
    private final Thread hook = new Thread(this::stop, "stepweir-stop");

    StopSignal() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void stop() {
        asked.countDown();
        try {
            if (!stopped.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("stepweir: could not stop in time, what is left is handed over");
                return;
            }
            Runtime.getRuntime().halt(ExitCode.OK.code());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The role has ended by itself. */
    void end(ExitCode why) {
        code = why;
        asked.countDown();
    }

    /** Waits until the role is to stop; returns with what the process then ends. */
    ExitCode await() throws InterruptedException {
        asked.await();
        return code;
    }

    /** Waits; true if it was asked to stop meanwhile. */
    boolean awaitFor(Duration pause) throws InterruptedException {
        return asked.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Everything has stopped: the JVM may end. */
    @Override
    public void close() {
        stopped.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It is the hook that brought us here.
        }
    }
}
