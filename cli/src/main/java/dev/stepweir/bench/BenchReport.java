package dev.stepweir.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/**
 * The figures of one benchmark.
 *
 * @param pingPerSecond pipelined PINGs per second, measured in the same run
 * @param drains per shape, in the order measured
 * @param latency of the chain with one run at a time, if it was measured
 * @param backlog rates with few and with many steps waiting, if they were measured
 */
record BenchReport(
        Aof aof,
        String redis,
        double pingPerSecond,
        Map<Shape, Drained> drains,
        Optional<Passed> latency,
        Optional<Backlog> backlog) {

    /**
     * Medians of a drained shape.
     *
     * @param mode how the floor committed and took, whichever was faster in the warm-up
     */
    record Drained(Throughput floor, Floor.Mode mode, Optional<Throughput> product) {}

    /** Medians of the latency passes. */
    record Passed(Latency floor, Optional<Latency> product) {}

    /** Medians with few and many steps waiting. */
    record Backlog(int waiting, Ends floor, Optional<Ends> product) {}

    /** Rates with few and with many steps waiting. */
    record Ends(Throughput few, Throughput many) {
        double ratio() {
            return many.stepsPerSecond() / few.stepsPerSecond();
        }
    }

    /** One JSON object; figures that there is no product for are null. */
    String json() {
        Map<String, Object> shapes = new LinkedHashMap<>();
        drains.forEach((shape, drained) -> shapes.put(shape.label(), jsonOf(drained)));
        latency.ifPresent(passed -> shapes.put(Shape.LATENCY.label(), jsonOf(passed)));
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("aof", aof.label());
        report.put("redis", redis);
        report.put("ping_per_s", Math.round(pingPerSecond));
        report.put("shapes", shapes);
        backlog.ifPresent(measured -> report.put("waiting", jsonOf(measured)));
        return JsonMapper.shared().writeValueAsString(report);
    }

    private static Map<String, Object> jsonOf(Drained drained) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("floor_steps_per_s", Math.round(drained.floor().stepsPerSecond()));
        json.put("product_steps_per_s", orNull(drained.product().map(BenchReport::rate)));
        json.put("ratio", orNull(drained.product().map(p -> ratio(p, drained.floor()))));
        json.put("floor_mode", drained.mode().name().toLowerCase(Locale.ROOT));
        addCpu(json, "floor", drained.floor());
        drained.product().ifPresent(product -> addCpu(json, "product", product));
        return json;
    }

    private static void addCpu(Map<String, Object> json, String who, Throughput throughput) {
        json.put(who + "_redis_cpu_us", rounded(throughput.redisCpuMicrosPerStep(), 2));
        json.put(who + "_jvm_cpu_us", rounded(throughput.jvmCpuMicrosPerStep(), 2));
    }

    private static Map<String, Object> jsonOf(Passed passed) {
        Map<String, Object> json = new LinkedHashMap<>();
        Optional<Latency> product = passed.product();
        json.put("floor_p50_ms", rounded(passed.floor().p50Millis(), 4));
        json.put("p50_ms", orNull(product.map(p -> rounded(p.p50Millis(), 4))));
        json.put("p99_ms", orNull(product.map(p -> rounded(p.p99Millis(), 4))));
        json.put("ratio", orNull(product.map(p -> ratio(p, passed.floor()))));
        json.put("floor_p99_ms", rounded(passed.floor().p99Millis(), 4));
        return json;
    }

    private static Map<String, Object> jsonOf(Backlog backlog) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("waiting", backlog.waiting());
        json.put("few_waiting", BenchPlan.FEW_WAITING);
        addEnds(json, "floor_", backlog.floor());
        backlog.product().ifPresent(product -> addEnds(json, "product_", product));
        json.put("ratio", orNull(backlog.product().map(ends -> rounded(ends.ratio(), 3))));
        return json;
    }

    private static void addEnds(Map<String, Object> json, String who, Ends ends) {
        json.put(who + "few_steps_per_s", rate(ends.few()));
        json.put(who + "many_steps_per_s", rate(ends.many()));
        json.put(who + "ratio", rounded(ends.ratio(), 3));
    }

    /** The same for people. */
    List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add("%s, AOF %s, %,.0f PING/s".formatted(redis, aof.label(), pingPerSecond));
        lines.add("");
        if (!drains.isEmpty()) {
            lines.add(
                    "%-8s %14s %14s %7s   %s"
                            .formatted(
                                    "shape",
                                    "floor steps/s",
                                    "steps/s",
                                    "ratio",
                                    "CPU us/step, Redis + JVM (floor)"));
        }
        drains.forEach((shape, drained) -> lines.add(line(shape, drained)));
        latency.ifPresent(passed -> lines.addAll(lines(passed)));
        backlog.ifPresent(measured -> lines.addAll(lines(measured)));
        return lines;
    }

    private static String line(Shape shape, Drained drained) {
        Throughput floor = drained.floor();
        Optional<Throughput> product = drained.product();
        return "%-8s %,14.0f %14s %7s   %s (%s)"
                .formatted(
                        shape.label(),
                        floor.stepsPerSecond(),
                        product.map(p -> "%,.0f".formatted(p.stepsPerSecond())).orElse("-"),
                        product.map(p -> "%.2f".formatted(ratio(p, floor))).orElse("-"),
                        product.map(BenchReport::cpu).orElse("-"),
                        cpu(floor));
    }

    private static String cpu(Throughput throughput) {
        return "%.2f + %.2f"
                .formatted(throughput.redisCpuMicrosPerStep(), throughput.jvmCpuMicrosPerStep());
    }

    private static List<String> lines(Passed passed) {
        return List.of(
                "",
                "%-8s %14s %14s %7s".formatted("latency", "floor p50 p99", "p50 p99 ms", "ratio"),
                "%-8s %14s %14s %7s"
                        .formatted(
                                "chain",
                                millis(passed.floor()),
                                passed.product().map(BenchReport::millis).orElse("-"),
                                passed.product()
                                        .map(p -> "%.2f".formatted(ratio(p, passed.floor())))
                                        .orElse("-")));
    }

    private static String millis(Latency latency) {
        return "%.3f %.3f".formatted(latency.p50Millis(), latency.p99Millis());
    }

    private static List<String> lines(Backlog backlog) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(
                "steps/s with %,d and %,d waiting"
                        .formatted(BenchPlan.FEW_WAITING, backlog.waiting()));
        lines.add(ends("floor", backlog.floor()));
        backlog.product().ifPresent(product -> lines.add(ends("product", product)));
        return lines;
    }

    private static String ends(String who, Ends ends) {
        return "%-8s %,14.0f %,14.0f %7.2f"
                .formatted(
                        who,
                        ends.few().stepsPerSecond(),
                        ends.many().stepsPerSecond(),
                        ends.ratio());
    }

    private static double ratio(Throughput product, Throughput floor) {
        return rounded(product.stepsPerSecond() / floor.stepsPerSecond(), 3);
    }

    private static double ratio(Latency product, Latency floor) {
        return rounded(product.p50Millis() / floor.p50Millis(), 3);
    }

    private static long rate(Throughput throughput) {
        return Math.round(throughput.stepsPerSecond());
    }

    private static double rounded(double value, int digits) {
        double scale = Math.pow(10, digits);
        return Math.round(value * scale) / scale;
    }

    @SuppressWarnings("NullAway")
    private static Object orNull(Optional<?> value) {
        return value.orElse(null);
    }
}
