package dev.stepweir.duty;

import java.util.List;

/**
 * The duties of one process, started in their order and stopped together: a stop takes as long as
 * the slowest of them, not as all of them. Thread-safe.
 */
public final class DutyGroup implements AutoCloseable {

    private final List<DutyLoop> loops;

    public DutyGroup(List<? extends Duty> duties) {
        this.loops = duties.stream().map(duty -> new DutyLoop(duty)).toList();
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
