package dev.stepweir.operator.fleet;

import java.time.Duration;

/** How a worker is, as far as its heartbeats tell. */
public enum WorkerState {
    /** It beats as often as it said. */
    ACTIVE,
    /** It beats, takes nothing more, and ends when it has finished what it holds. */
    DRAINING,
    /** It missed a beat. */
    STALE,
    /** It missed three: what it holds is about to be taken back. */
    OFFLINE;

    private static final int MISSED_WHEN_OFFLINE = 3;

    static WorkerState of(Duration silent, Duration heartbeat, boolean draining) {
        if (silent.compareTo(heartbeat.multipliedBy(MISSED_WHEN_OFFLINE)) > 0) {
            return OFFLINE;
        }
        if (silent.compareTo(heartbeat.multipliedBy(3).dividedBy(2)) > 0) {
            return STALE;
        }
        return draining ? DRAINING : ACTIVE;
    }
}
