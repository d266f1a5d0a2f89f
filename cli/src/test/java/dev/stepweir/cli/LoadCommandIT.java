package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.handler.BuiltInHandlers;
import dev.stepweir.handler.Handlers;
import dev.stepweir.orchestrator.Orchestrator;
import dev.stepweir.orchestrator.OrchestratorConfig;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@WithRedis
class LoadCommandIT {

    private static final String FAILING =
            """
            name: failing
            steps:
              - name: never
                handler: {callable: fail-n-times, initialization: {fail_count: 9}}
                retry: {retryable: false}
            """;

    @TempDir private Path directory;

    @Test
    void all_runs_complete_and_are_measured(TestRedis server) {
        try (Redis redis = Redis.connect(server.uri(), "test");
                Orchestrator orchestrator = orchestrator(redis, server);
                Worker worker = worker(redis, server)) {
            assertThat(orchestrator.id() + worker.id()).isNotBlank();
            Result result = terminal(server).execute("load", "--runs", "40", "--json");
            assertThat(result.code()).as(result.err()).isZero();
            JsonNode json = result.json();
            assertThat(json.path("completed").asInt()).isEqualTo(40);
            assertThat(json.path("failed").asInt()).isZero();
            JsonNode latency = json.path("latency_ms");
            assertThat(latency.propertyNames())
                    .containsExactly("p50", "p90", "p95", "p99", "p99_9", "max");
            assertThat(latency.path("p50").asDouble())
                    .isPositive()
                    .isLessThanOrEqualTo(latency.path("max").asDouble());
        }
    }

    @Test
    void a_run_that_fails_is_counted_and_told_by_the_exit_code(TestRedis server)
            throws IOException {
        String file = Files.writeString(directory.resolve("f.yaml"), FAILING).toString();
        try (Redis redis = Redis.connect(server.uri(), "test");
                Orchestrator orchestrator = orchestrator(redis, server);
                Worker worker = worker(redis, server)) {
            assertThat(orchestrator.id() + worker.id()).isNotBlank();
            Result result =
                    terminal(server)
                            .execute(
                                    "load",
                                    "--runs",
                                    "3",
                                    "--concurrency",
                                    "2",
                                    "--workflow",
                                    file);
            assertThat(result.code()).isEqualTo(1);
            assertThat(result.out())
                    .contains("0 completed, 3 failed", "failed 3 times: the run ended FAILED");
        }
    }

    @Test
    void nobody_there_to_do_the_work_is_said_at_once(TestRedis server) {
        Result result = terminal(server).execute("load");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("no orchestrator and no worker");
    }

    @Test
    void what_makes_no_sense_is_refused(TestRedis server) {
        assertThat(terminal(server).execute("load", "--runs", "0").err())
                .contains("--runs must be 1 to 10,000,000, found 0");
        assertThat(terminal(server).execute("load", "--workflow", "no-such-file").code())
                .isEqualTo(2);
    }

    private static Terminal terminal(TestRedis server) {
        return Terminal.on(server);
    }

    private static Orchestrator orchestrator(Redis redis, TestRedis server) {
        return Orchestrator.start(
                redis, Namespace.open(redis, server.namespace()), OrchestratorConfig.DEFAULTS);
    }

    private static Worker worker(Redis redis, TestRedis server) {
        return Worker.builder()
                .namespace(server.namespace())
                .handlers(new Handlers().addAll(new BuiltInHandlers()))
                .start(redis);
    }
}
