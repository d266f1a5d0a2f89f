package dev.stepweir.worker;

import java.time.Duration;

/**
 * How a worker behaves.
 *
 * @param concurrency steps executed at once, over all handlers; at least 1
 * @param heartbeat how often leases are renewed; a third of the reaper's lease at most
 * @param drain how long a stopping worker waits for what it executes
 */
public record WorkerConfig(int concurrency, Duration heartbeat, Duration drain) {

    public static final WorkerConfig DEFAULT =
            new WorkerConfig(100, Duration.ofSeconds(8), Duration.ofSeconds(30));

    public WorkerConfig {
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency must be >= 1, found " + concurrency);
        }
        if (heartbeat.isNegative() || heartbeat.isZero()) {
            throw new IllegalArgumentException("heartbeat must be positive, found " + heartbeat);
        }
        if (drain.isNegative()) {
            throw new IllegalArgumentException("drain must not be negative, found " + drain);
        }
    }

    public WorkerConfig withConcurrency(int steps) {
        return new WorkerConfig(steps, heartbeat, drain);
    }

    public WorkerConfig withHeartbeat(Duration period) {
        return new WorkerConfig(concurrency, period, drain);
    }

    public WorkerConfig withDrain(Duration limit) {
        return new WorkerConfig(concurrency, heartbeat, limit);
    }
}
