package dev.stepweir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.stepweir.embedded.RedisServer;
import dev.stepweir.embedded.RedisServerOptions;
import dev.stepweir.embedded.RedisServerOptions.Source;
import dev.stepweir.embedded.RedisUnavailableException;
import io.lettuce.core.Consumer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAutoClaimArgs;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What everything else takes for granted, on each server program that this machine has. */
class RedisServerContractIT {

    private static final String STREAM = "sw:{n:0}:queue";
    private static final String SCRIPT =
            """
            redis.call('HSET', KEYS[1], 'state', ARGV[1])
            return redis.call('XADD', KEYS[2], '*', 'step', ARGV[1])
            """;

    @ParameterizedTest
    @EnumSource(Source.class)
    @SuppressWarnings("unchecked") // lettuce takes stream offsets as generic varargs
    void streams_groups_and_scripts_work(Source source) {
        try (RedisServer server = start(source);
                RedisClient client = RedisClient.create(server.uri());
                StatefulRedisConnection<String, String> connection = client.connect();
                StatefulRedisConnection<String, String> blocking = client.connect()) {
            RedisCommands<String, String> redis = connection.sync();
            redis.xgroupCreate(
                    StreamOffset.from(STREAM, "$"), "workers", XGroupCreateArgs.Builder.mkstream());
            String sha = redis.scriptLoad(SCRIPT);
            String[] keys = {"sw:{n:0}:run", STREAM};
            String id = redis.evalsha(sha, ScriptOutputType.VALUE, keys, "a");

            List<StreamMessage<String, String>> read =
                    blocking.sync()
                            .xreadgroup(
                                    Consumer.from("workers", "w1"),
                                    XReadArgs.Builder.block(1_000).count(1),
                                    StreamOffset.lastConsumed(STREAM));
            assertThat(read).extracting(StreamMessage::getId).containsExactly(id);
            assertThat(redis.xpending(STREAM, "workers").getCount()).isEqualTo(1);
            var claimed =
                    redis.xautoclaim(
                            STREAM,
                            XAutoClaimArgs.Builder.xautoclaim(
                                    Consumer.from("workers", "w2"), Duration.ZERO, "0-0"));
            assertThat(claimed.getMessages()).hasSize(1);
            assertThat(redis.xack(STREAM, "workers", id)).isEqualTo(1);
            redis.scriptFlush();
            assertThatThrownBy(() -> redis.evalsha(sha, ScriptOutputType.VALUE, keys, "b"))
                    .isInstanceOf(RedisNoScriptException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Source.class)
    void one_connection_serves_twenty_thousand_virtual_threads(Source source) {
        try (RedisServer server = start(source);
                RedisClient client = RedisClient.create(server.uri());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 20_000; i++) {
                    String number = String.valueOf(i);
                    threads.execute(() -> connection.sync().xadd(STREAM, Map.of("n", number)));
                }
            }
            assertThat(connection.sync().xlen(STREAM)).isEqualTo(20_000);
        }
    }

    @ParameterizedTest
    @EnumSource(Source.class)
    void its_settings_lose_no_data_and_admit_nobody_else(Source source) {
        try (RedisServer server = start(source);
                RedisClient client = RedisClient.create(server.uri());
                RedisClient stranger = RedisClient.create("redis://127.0.0.1:" + server.port());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            assertThat(connection.sync().configGet("maxmemory-policy"))
                    .containsEntry("maxmemory-policy", "noeviction");
            assertThat(connection.sync().configGet("bind")).containsEntry("bind", "127.0.0.1");
            assertThatThrownBy(stranger::connect)
                    .hasRootCauseInstanceOf(RedisCommandExecutionException.class)
                    .rootCause()
                    .hasMessageContaining("NOAUTH");
        }
    }

    private static RedisServer start(Source source) {
        try {
            RedisServer server =
                    RedisServer.start(RedisServerOptions.forTests().withSources(source));
            System.out.println("[testkit] contract checked on " + server.description());
            return server;
        } catch (RedisUnavailableException e) {
            return source == Source.PATH ? abort(e.getMessage()) : rethrow(e);
        }
    }

    private static RedisServer rethrow(RedisUnavailableException e) {
        throw e;
    }
}
