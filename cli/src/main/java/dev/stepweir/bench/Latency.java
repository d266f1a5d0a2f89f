package dev.stepweir.bench;

import org.HdrHistogram.Histogram;

/**
 * What one timed chain pass gave: milliseconds from the start of a step to the start of the next.
 *
 * @param p50Millis the median
 * @param p99Millis 99 of 100 were not slower
 */
record Latency(double p50Millis, double p99Millis) {

    /** Reads a histogram of nanoseconds. */
    static Latency of(Histogram nanos) {
        return new Latency(
                nanos.getValueAtPercentile(50) / 1e6, nanos.getValueAtPercentile(99) / 1e6);
    }
}
