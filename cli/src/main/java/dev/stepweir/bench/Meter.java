package dev.stepweir.bench;

import com.sun.management.OperatingSystemMXBean;
import io.lettuce.core.api.StatefulRedisConnection;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Times a piece of work, with the processor time that it took in the server and here. */
final class Meter {

    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final @Nullable OperatingSystemMXBean process =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    Meter(StatefulRedisConnection<byte[], byte[]> connection) {
        this.connection = connection;
    }

    /**
     * Runs the work.
     *
     * @param work returns how many steps it committed
     */
    Throughput measure(LongSupplier work) {
        double redis = redisCpuMicros();
        double jvm = jvmCpuMicros();
        long start = System.nanoTime();
        long steps = work.getAsLong();
        long nanos = System.nanoTime() - start;
        return new Throughput(
                steps, Duration.ofNanos(nanos), redisCpuMicros() - redis, jvmCpuMicros() - jvm);
    }

    private double redisCpuMicros() {
        return connection
                        .sync()
                        .info("cpu")
                        .lines()
                        .filter(line ->
                                line.startsWith("used_cpu_sys:")
                                        || line.startsWith("used_cpu_user:"))
                        .mapToDouble(
                                line -> Double.parseDouble(line.substring(line.indexOf(':') + 1)))
                        .sum()
                * 1e6;
    }

    private double jvmCpuMicros() {
        return process == null ? 0 : process.getProcessCpuTime() / 1e3;
    }
}
