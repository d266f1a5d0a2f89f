package dev.stepweir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.script.StartRun;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.ClientListArgs;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@WithRedis(privateServer = true, appendFsync = AppendFsync.ALWAYS)
class RestartedRedisIT {

    private static final ClientListArgs SUBSCRIBERS = ClientListArgs.Builder.typePubsub();
    private static final Workflow EMPTY = Workflow.builder("nothing").build();

    @Test
    void waiting_outlives_a_restart_of_redis(TestRedis server) throws Exception {
        try (StepweirClient client = StepweirClient.connect(server.uri(), server.namespace())) {
            WatchedRun before = client.submitAndWatch(EMPTY, null);
            WatchedRun after = client.submitAndWatch(EMPTY, null);
            assertThat(before.run().durability()).isEqualTo(Durability.AOF_ALWAYS);

            server.server().stop();
            server.server().startAgain();

            // A connection that the client does not know of: it learns of the end by itself.
            try (Redis other = Redis.connect(server.uri(), "other")) {
                Namespace namespace = Namespace.open(other, server.namespace());
                finish(other, namespace, before.run().id());
                assertThat(client.await(before, Duration.ofSeconds(20)).state())
                        .isEqualTo(RunState.COMPLETED);
                await().until(() -> !server.commands().clientList(SUBSCRIBERS).isBlank());
                finish(other, namespace, after.run().id());
                assertThat(client.await(after, Duration.ofSeconds(4)).state())
                        .isEqualTo(RunState.COMPLETED);
            }
        }
    }

    @Test
    void who_asked_while_redis_was_away_may_ask_again(TestRedis server) throws Exception {
        try (StepweirClient client = StepweirClient.connect(server.uri(), server.namespace());
                Redis other = Redis.connect(server.uri(), "other")) {
            RunId run = client.submit(EMPTY, null).id();
            server.server().stop();
            assertThatThrownBy(() -> client.await(run, Duration.ofSeconds(20)))
                    .isInstanceOf(RedisException.class);
            server.server().startAgain();
            await().ignoreExceptions().until(() -> client.show(run).isPresent());

            CompletableFuture<RunResult> again = client.completion(run);
            finish(other, Namespace.open(other, server.namespace()), run);
            assertThat(again.get(20, TimeUnit.SECONDS).state()).isEqualTo(RunState.COMPLETED);
        }
    }

    private static void finish(Redis redis, Namespace namespace, RunId run) {
        StartRun start = new StartRun(namespace.keys(run), run, "", List.of(), List.of());
        assertThat(start.run(redis.scripts())).isEqualTo(StartRun.Outcome.COMPLETED);
    }
}
