package dev.stepweir.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What came of a load.
 *
 * @param took from the first submit to the end of the last run
 * @param micros of each completed run, from before its submit until its end was known here
 * @param failures how many runs did not complete, by what is said of them
 */
record LoadReport(
        LoadPlan plan, Duration took, Histogram micros, SortedMap<String, Long> failures) {

    private static final Map<String, Double> PERCENTILES = new LinkedHashMap<>();

    static {
        PERCENTILES.put("P50", 50.0);
        PERCENTILES.put("P90", 90.0);
        PERCENTILES.put("P95", 95.0);
        PERCENTILES.put("P99", 99.0);
        PERCENTILES.put("P99.9", 99.9);
        PERCENTILES.put("max", 100.0);
    }

    LoadReport {
        failures = new TreeMap<>(failures);
    }

    long completed() {
        return micros.getTotalCount();
    }

    long failed() {
        return failures.values().stream().mapToLong(Long::longValue).sum();
    }

    private double runsPerSecond() {
        return completed() / Math.max(1e-9, took.toNanos() / 1e9);
    }

    private double stepsPerSecond() {
        return runsPerSecond() * plan.workflow().steps().size();
    }

    private double millis(double percentile) {
        return micros.getValueAtPercentile(percentile) / 1e3;
    }

    /** One JSON object. */
    Map<String, Object> json() {
        Map<String, Object> latency = new LinkedHashMap<>();
        PERCENTILES.forEach((name, percentile) ->
                latency.put(name.toLowerCase(Locale.ROOT).replace('.', '_'), millis(percentile)));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("workflow", plan.workflow().name());
        json.put("runs", plan.runs());
        json.put("concurrency", plan.concurrency());
        json.put("completed", completed());
        json.put("failed", failed());
        json.put("seconds", took.toMillis() / 1e3);
        json.put("runs_per_s", Math.round(runsPerSecond() * 10) / 10.0);
        json.put("steps_per_s", Math.round(stepsPerSecond() * 10) / 10.0);
        json.put("latency_ms", latency);
        json.put("failures", failures);
        return json;
    }

    /** The same for people. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(
                text(
                        "%,d runs of %s, %,d at once: %,d completed, %,d failed, %.2f s",
                        plan.runs(),
                        plan.workflow().name(),
                        plan.concurrency(),
                        completed(),
                        failed(),
                        took.toNanos() / 1e9));
        lines.add(
                text(
                        "throughput %,11.1f runs/s %,11.1f steps/s",
                        runsPerSecond(), stepsPerSecond()));
        PERCENTILES.forEach((name, percentile) ->
                lines.add(text("%-10s %,11.2f ms", name, millis(percentile))));
        failures.forEach((why, count) -> lines.add(text("failed %,d times: %s", count, why)));
        return lines;
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
