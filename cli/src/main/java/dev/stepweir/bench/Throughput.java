package dev.stepweir.bench;

import java.time.Duration;

/**
 * What one timed drain gave.
 *
 * @param steps how many steps were committed, at least 1
 * @param elapsed wall time, positive
 * @param redisCpuMicros processor time of the server, in microseconds, over all steps
 * @param jvmCpuMicros processor time of this process, in microseconds, over all steps
 */
record Throughput(long steps, Duration elapsed, double redisCpuMicros, double jvmCpuMicros) {

    Throughput {
        if (steps < 1 || elapsed.isNegative() || elapsed.isZero()) {
            throw new IllegalArgumentException(
                    "steps and elapsed must be positive: " + steps + ", " + elapsed);
        }
    }

    double stepsPerSecond() {
        return steps * 1e9 / elapsed.toNanos();
    }

    double redisCpuMicrosPerStep() {
        return redisCpuMicros / steps;
    }

    double jvmCpuMicrosPerStep() {
        return jvmCpuMicros / steps;
    }
}
