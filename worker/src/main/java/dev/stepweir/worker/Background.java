package dev.stepweir.worker;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a worker does later or on a thread of its own, and what becomes of errors that would end up
 * with nobody. Thread-safe.
 */
final class Background {

    private static final Logger log = LoggerFactory.getLogger(Background.class);

    private final ScheduledExecutorService scheduler;
    private final Consumer<Error> onFatal;

    /** With a timer of its own, whose thread is a platform one. */
    static Background start(Consumer<Error> onFatal) {
        ScheduledThreadPoolExecutor scheduler =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon(true).name("stepweir-timeouts").factory());
        scheduler.setRemoveOnCancelPolicy(true);
        return new Background(scheduler, onFatal);
    }

    /**
     * @param scheduler shut down when the worker ends
     * @param onFatal told of errors after which the JVM cannot be relied on
     */
    Background(ScheduledExecutorService scheduler, Consumer<Error> onFatal) {
        this.scheduler = scheduler;
        this.onFatal = onFatal;
    }

    /** Nothing that was put off is done any more. */
    void end() {
        scheduler.shutdownNow();
    }

    /** True once the worker has closed its connections: nothing can be sent any more. */
    boolean hasEnded() {
        return scheduler.isShutdown();
    }

    /**
     * Keeps a worker going after an error that none of its loops may end of. One after which the
     * JVM cannot be relied on is told to its owner, who may let it live; anything else is logged.
     */
    void survive(String what, Throwable thrown) {
        try {
            if (thrown instanceof OutOfMemoryError
                    || thrown instanceof InternalError
                    || thrown instanceof UnknownError) {
                onFatal.accept((Error) thrown);
            } else {
                log.error(what, thrown);
            }
        } catch (Throwable another) {
            // From whom it was told, or from an exception that cannot even be printed.
            String name = thrown.getClass().getName();
            log.error("{} ({}); telling it failed: {}", what, name, another.getClass().getName());
        }
    }

    /** Runs something later; not at all (empty) once the worker has ended: the reaper's then. */
    Optional<Future<?>> schedule(Runnable task, Duration delay) {
        // The scheduler keeps what a task throws for somebody who asks, and nobody does.
        Runnable audible =
                () -> {
                    try {
                        task.run();
                    } catch (Throwable bug) {
                        survive("what a worker had put off failed", bug);
                    }
                };
        try {
            return Optional.of(
                    scheduler.schedule(
                            audible, TimeUnit.MILLISECONDS.convert(delay), TimeUnit.MILLISECONDS));
        } catch (RejectedExecutionException ended) {
            return Optional.empty();
        }
    }

    /**
     * Runs something on a thread of its own: one that calls what is the user's, or that must not be
     * interrupted. A virtual one would wait for handlers that hog the processors.
     */
    void aside(Runnable task) {
        aside(task, true);
    }

    private static void aside(Runnable task, boolean daemon) {
        try {
            Thread.ofPlatform().daemon(daemon).name("stepweir-aside").start(task);
        } catch (OutOfMemoryError noThread) {
            log.warn("no thread can be started, what needs one is done here", noThread);
            task.run();
        }
    }

    /** As {@link #aside}, and waits for its end, whoever interrupts. */
    void asideUndisturbed(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Runnable told =
                () -> {
                    try {
                        task.run();
                    } finally {
                        done.complete(null);
                    }
                };
        aside(told, false);
        done.join();
    }
}
