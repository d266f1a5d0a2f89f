package dev.stepweir.duty;

import java.util.List;
import java.util.function.Predicate;

/**
 * The duties of one process, started in their order and stopped together: a stop takes as long as
 * the slowest of them, not as all of them. Thread-safe.
 */
public final class DutyGroup implements AutoCloseable {

    private final List<DutyLoop> loops;

    /**
     * Loops that are yet to start.
     *
     * @param spokenOf true for a failure that somebody else logs, once for all loops that meet it
     */
    public DutyGroup(List<? extends Duty> duties, Predicate<? super Throwable> spokenOf) {
        this.loops = duties.stream().map(duty -> new DutyLoop(duty, spokenOf)).toList();
    }

    /** Starts all; does nothing for those that run. */
    public void start() {
        loops.forEach(DutyLoop::start);
    }

    /** Stops all and waits for them. */
    public void stop() {
        loops.forEach(DutyLoop::askToStop);
        loops.reversed().forEach(DutyLoop::stop);
    }

    @Override
    public void close() {
        stop();
    }
}
