package dev.stepweir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** That the benchmark measures what it says; how fast it is says nothing here. */
@WithRedis
class BenchIT {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void every_shape_gives_a_figure_and_no_key_is_left(TestRedis redis) {
        int code = execute("--quick", "--json", "--steps", "1000", "--redis", redis.uri());

        assertThat(code).as(err.toString()).isZero();
        JsonNode report = JsonMapper.shared().readTree(out.toString());
        assertThat(report.propertyNames()).containsExactly("aof", "redis", "ping_per_s", "shapes");
        assertThat(report.get("aof").asString()).isEqualTo("no");
        assertThat(report.get("ping_per_s").asLong()).isPositive();
        JsonNode shapes = report.get("shapes");
        assertThat(shapes.propertyNames()).containsExactly("plain", "fan", "chain", "latency");
        for (String shape : new String[] {"plain", "fan", "chain"}) {
            assertThat(shapes.get(shape).get("floor_steps_per_s").asLong()).isPositive();
            assertThat(shapes.get(shape).has("product_steps_per_s")).isTrue();
            assertThat(shapes.get(shape).has("ratio")).isTrue();
        }
        assertThat(shapes.get("latency").get("floor_p50_ms").asDouble()).isPositive();
        assertThat(shapes.get("latency").has("p50_ms")).isTrue();
        assertThat(shapes.get("latency").has("p99_ms")).isTrue();
        assertThat(shapes.get("latency").has("ratio")).isTrue();
        assertThat(redis.commands().keys("sw:{bench-*")).isEmpty();
    }

    @Test
    void a_backlog_is_measured_and_removed(TestRedis redis) {
        int code =
                execute(
                        "--quick",
                        "--json",
                        "--steps",
                        "1000",
                        "--shape",
                        "plain",
                        "--waiting",
                        "3000",
                        "--redis",
                        redis.uri());

        assertThat(code).as(err.toString()).isZero();
        JsonNode backlog = JsonMapper.shared().readTree(out.toString()).get("waiting");
        assertThat(backlog.get("waiting").asInt()).isEqualTo(3000);
        assertThat(backlog.get("floor_ratio").asDouble()).isPositive();
        assertThat(redis.commands().keys("sw:{bench-*")).isEmpty();
    }

    @Test
    void more_partitions_share_the_runs(TestRedis redis) {
        int code =
                execute(
                        "--quick",
                        "--steps",
                        "1000",
                        "--shape",
                        "FAN",
                        "--partitions",
                        "5",
                        "--redis",
                        redis.uri());

        assertThat(code).as(err.toString()).isZero();
        assertThat(out.toString()).contains("PING/s", "fan");
    }

    @Test
    void another_durability_than_the_servers_is_refused(TestRedis redis) {
        assertThat(execute("--redis", redis.uri(), "--aof", "always")).isEqualTo(1);
        assertThat(err.toString()).contains("the server's AOF mode is 'no', not 'always'");
    }

    private int execute(String... args) {
        return new CommandLine(new BenchCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
