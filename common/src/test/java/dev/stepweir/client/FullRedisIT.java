package dev.stepweir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.RedisCommandExecutionException;
import org.junit.jupiter.api.Test;

@WithRedis(privateServer = true, maxmemoryBytes = 20 << 20, appendFsync = AppendFsync.EVERYSEC)
class FullRedisIT {

    private static final Workflow EMPTY = Workflow.builder("nothing").build();

    @Test
    void a_nearly_full_redis_is_refused_with_what_to_do(TestRedis server) {
        try (StepweirClient client = StepweirClient.connect(server.uri(), server.namespace())) {
            assertThat(client.submit(EMPTY, null).durability()).isEqualTo(Durability.AOF_EVERYSEC);
            fill(server, 19 << 20);

            assertThatThrownBy(() -> submitUntilRefused(client))
                    .isInstanceOf(IntakeRefusedException.class)
                    .hasMessageContaining("maxmemory of 20 MiB")
                    .hasMessageContaining("purge");

            server.commands().del("filler");
            assertThat(submitWhenThereIsRoom(client)).isNotNull();
        }
    }

    private static void submitUntilRefused(StepweirClient client) {
        for (int i = 0; i < 100_000; i++) {
            client.submit(EMPTY, null);
        }
    }

    private static SubmittedRun submitWhenThereIsRoom(StepweirClient client) {
        for (int i = 0; ; i++) {
            try {
                return client.submit(EMPTY, null);
            } catch (IntakeRefusedException e) {
                if (i > 100_000) {
                    throw e;
                }
            }
        }
    }

    private static void fill(TestRedis server, long bytes) {
        String piece = "x".repeat(100_000);
        try {
            while (used(server) < bytes) {
                server.commands().rpush("filler", piece);
            }
        } catch (RedisCommandExecutionException full) {
            assertThat(full).hasMessageStartingWith("OOM");
        }
    }

    private static long used(TestRedis server) {
        return server.commands()
                .info("memory")
                .lines()
                .filter(line -> line.startsWith("used_memory:"))
                .mapToLong(line -> Long.parseLong(line.substring(12).strip()))
                .findFirst()
                .orElseThrow();
    }
}
