package dev.stepweir.duty;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one duty on a daemon thread of its own, named {@code stepweir-<duty>}, until it is stopped.
 * Whatever the duty throws is logged in one line and tried again after a growing {@link Backoff}: a
 * loop ends by {@link #stop} only. Thread-safe. A stopped loop stays stopped.
 */
public final class DutyLoop implements AutoCloseable {

    /** A portion of work that takes longer than this after a stop is interrupted. */
    public static final Duration STOP_GRACE = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(DutyLoop.class);

    private final Duty duty;
    private final Predicate<? super Throwable> spokenOf;
    private final Backoff backoff;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean started;
    private boolean stopping;
    private boolean awake;

    public DutyLoop(Duty duty) {
        this(duty, failure -> false);
    }

    /**
     * A loop that is yet to start.
     *
     * @param spokenOf true for a failure that somebody else logs, once for all loops that meet it
     */
    public DutyLoop(Duty duty, Predicate<? super Throwable> spokenOf) {
        this(duty, spokenOf, new Backoff());
    }

    DutyLoop(Duty duty, Predicate<? super Throwable> spokenOf, Backoff backoff) {
        this.duty = duty;
        this.spokenOf = spokenOf;
        this.backoff = backoff;
        this.thread =
                Thread.ofPlatform().daemon().name("stepweir-" + duty.name()).unstarted(this::run);
    }

    /** Begins; does nothing if it has begun or was stopped. */
    public void start() {
        lock.lock();
        try {
            if (!started && !stopping) {
                started = true;
                thread.start();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends a pause early. */
    public void wake() {
        lock.lock();
        try {
            awake = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Asks the loop to end without waiting for it. */
    void askToStop() {
        boolean tell;
        lock.lock();
        try {
            tell = started && !stopping;
            stopping = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (tell) {
            try {
                duty.stopping();
            } catch (RuntimeException e) {
                LOG.debug("{} could not be hurried", duty.name(), e);
            }
        }
    }

    /**
     * Ends the loop and waits until its thread is gone: the current portion of work is finished,
     * and interrupted only if that takes longer than {@link #STOP_GRACE} or the caller is
     * interrupted.
     */
    public void stop() {
        askToStop();
        if (Thread.currentThread().equals(thread)) {
            return;
        }
        try {
            if (!isStarted() || thread.join(STOP_GRACE)) {
                return;
            }
            thread.interrupt();
            if (!thread.join(STOP_GRACE)) {
                LOG.warn("{} does not stop", duty.name());
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }

    private boolean isStarted() {
        lock.lock();
        try {
            return started;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        boolean complained = false;
        while (!isStopping()) {
            Duration pause;
            try {
                pause = duty.runOnce().pause();
                int failures = backoff.succeeded();
                if (complained) {
                    complained = false;
                    LOG.info("{} works again after {} failures", duty.name(), failures);
                }
            } catch (Throwable failure) {
                if (isStopping()) {
                    break;
                }
                pause = backoff.next();
                complained |= complains(failure, pause);
            }
            pause(pause);
        }
        // The flag of a late interrupt must not disturb the last clean-up.
        boolean interrupted = Thread.interrupted();
        try {
            duty.close();
        } catch (RuntimeException e) {
            LOG.debug("{} (interrupted: {}) could not clean up", duty.name(), interrupted, e);
        }
    }

    /** Nothing that is wrong with what is said of a failure may end the loop. */
    private boolean complains(Throwable failure, Duration pause) {
        try {
            return complain(failure, pause);
        } catch (RuntimeException | Error unsaid) {
            return false;
        }
    }

    private boolean complain(Throwable failure, Duration pause) {
        LOG.debug("{} failed", duty.name(), failure);
        if (spokenOf.test(failure)) {
            return false;
        }
        LOG.warn("{} failed, again in {} ms: {}", duty.name(), pause.toMillis(), says(failure));
        return true;
    }

    private static String says(Throwable failure) {
        String text = failure.toString();
        Throwable cause = failure.getCause();
        return (cause == null ? text : text + ", caused by " + cause).replaceAll("\\s+", " ");
    }

    private boolean isStopping() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until woken or stopped; an interrupt that is no stop ends the pause and no more. */
    private void pause(Duration time) {
        lock.lock();
        try {
            long left = time.toNanos();
            while (left > 0 && !awake && !stopping) {
                left = changed.awaitNanos(left);
            }
            awake = false;
        } catch (InterruptedException e) {
            LOG.debug("{} was interrupted while idle", duty.name());
        } finally {
            lock.unlock();
        }
        if (Thread.interrupted()) {
            LOG.debug("{} was interrupted", duty.name());
        }
    }
}
