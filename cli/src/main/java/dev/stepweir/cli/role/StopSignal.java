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

    /** What a role without a drain may take. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** A role that is told to hurry hands back what it holds, which is a matter of round trips. */
    private static final Duration LAST_PATIENCE = Duration.ofSeconds(15);

    private final Duration patience;
    private final Runnable exit;
    private final Thread main = Thread.currentThread();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile ExitCode code = ExitCode.OK;
    private final Thread hook = new Thread(this::stop, "stepweir-stop");

    /** For a role that is brought up and down by the calling thread. */
    StopSignal() {
        this(Duration.ZERO);
    }

    /**
     * For a role that is brought up and down by the calling thread, which is interrupted when its
     * stop takes too long.
     *
     * @param drain how long the role may take on purpose
     */
    StopSignal(Duration drain) {
        this(drain.plus(PATIENCE), () -> Runtime.getRuntime().halt(ExitCode.OK.code()));
    }

    StopSignal(Duration patience, Runnable exit) {
        this.patience = patience;
        this.exit = exit;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** What the JVM does when it is asked to end. */
    void stop() {
        end(ExitCode.OK);
        try {
            if (!stopped.await(TimeUnit.MILLISECONDS.convert(patience), TimeUnit.MILLISECONDS)) {
                main.interrupt();
                if (!stopped.await(LAST_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    System.err.println(
                            "stepweir: could not stop in time, a reaper takes back what is left");
                    return;
                }
            }
            exit.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The role has ended by itself; without effect once it is to stop. */
    synchronized void end(ExitCode why) {
        if (asked.getCount() > 0) {
            code = why;
            asked.countDown();
        }
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
