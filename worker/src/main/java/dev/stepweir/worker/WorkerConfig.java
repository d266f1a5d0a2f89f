package dev.stepweir.worker;

import dev.stepweir.text.Durations;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/**
 * How a worker behaves.
 *
 * @param concurrency steps executed at once, over all handlers; at least 1
 * @param heartbeat how often leases are renewed; less than a third of the reaper's lease
 * @param drain how long a stopping worker waits for what it executes
 * @param onFatal is told, on the thread that met it, of an error after which nothing that the JVM
 *     does can be relied on; unless something else is said it ends the JVM. If it returns, the step
 *     is handed back at no charge
 */
public record WorkerConfig(
        int concurrency, Duration heartbeat, Duration drain, Consumer<Error> onFatal) {

    private static final int EXIT_CODE = 70;

    public static final WorkerConfig DEFAULT =
            new WorkerConfig(
                    100, Duration.ofSeconds(8), Duration.ofSeconds(30), WorkerConfig::endJvm);

    public WorkerConfig {
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency must be >= 1, found " + concurrency);
        }
        if (heartbeat.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException(
                    "heartbeat must be at least 1 ms, found " + Durations.text(heartbeat));
        }
        if (drain.isNegative()) {
            throw new IllegalArgumentException(
                    "drain must not be negative, found " + Durations.text(drain));
        }
    }

    /** With what the defaults say about fatal errors. */
    public WorkerConfig(int concurrency, Duration heartbeat, Duration drain) {
        this(concurrency, heartbeat, drain, DEFAULT.onFatal());
    }

    public WorkerConfig withConcurrency(int steps) {
        return new WorkerConfig(steps, heartbeat, drain, onFatal);
    }

    public WorkerConfig withHeartbeat(Duration period) {
        return new WorkerConfig(concurrency, period, drain, onFatal);
    }

    public WorkerConfig withDrain(Duration limit) {
        return new WorkerConfig(concurrency, heartbeat, limit, onFatal);
    }

    public WorkerConfig withOnFatal(Consumer<Error> told) {
        return new WorkerConfig(concurrency, heartbeat, drain, told);
    }

    /** Without a drain: the step that was executed is to count as having ended its worker. */
    private static void endJvm(Error fatal) {
        LoggerFactory.getLogger(WorkerConfig.class).error("the worker ends at once", fatal);
        Runtime.getRuntime().halt(EXIT_CODE);
    }
}
