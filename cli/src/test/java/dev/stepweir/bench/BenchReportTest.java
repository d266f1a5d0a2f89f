package dev.stepweir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchReportTest {

    private static final Throughput FLOOR =
            new Throughput(1000, Duration.ofMillis(10), 4_000, 2_000);
    private static final Throughput PRODUCT =
            new Throughput(1000, Duration.ofMillis(16), 6_000, 5_000);

    @Test
    void json_carries_both_sides_and_their_ratio() {
        assertThat(report(Optional.of(PRODUCT), Optional.of(new Latency(0.09, 0.2))).json())
                .isEqualTo(
                        """
                        {"aof":"no","redis":"Redis 7.0.15","ping_per_s":2000000,"shapes":{\
                        "fan":{"floor_steps_per_s":100000,"product_steps_per_s":62500,\
                        "ratio":0.625,"floor_mode":"batch","floor_redis_cpu_us":4.0,\
                        "floor_jvm_cpu_us":2.0,"product_redis_cpu_us":6.0,\
                        "product_jvm_cpu_us":5.0},\
                        "latency":{"floor_p50_ms":0.06,"p50_ms":0.09,"p99_ms":0.2,\
                        "ratio":1.5,"floor_p99_ms":0.12}}}\
                        """);
    }

    @Test
    void without_a_product_its_figures_are_null() {
        assertThat(report(Optional.empty(), Optional.empty()).json())
                .contains("\"product_steps_per_s\":null,\"ratio\":null")
                .contains("\"p50_ms\":null,\"p99_ms\":null,\"ratio\":null");
    }

    @Test
    void the_table_names_every_shape() {
        assertThat(report(Optional.of(PRODUCT), Optional.empty()).table())
                .anyMatch(line -> line.matches("fan +100,000 +62,500 +0.63 .*"))
                .anyMatch(line -> line.startsWith("chain "));
    }

    private static BenchReport report(Optional<Throughput> product, Optional<Latency> latency) {
        return new BenchReport(
                Aof.NO,
                "Redis 7.0.15",
                2_000_000,
                Map.of(Shape.FAN, new BenchReport.Drained(FLOOR, Floor.Mode.BATCH, product)),
                Optional.of(new BenchReport.Passed(new Latency(0.06, 0.12), latency)),
                Optional.empty());
    }
}
