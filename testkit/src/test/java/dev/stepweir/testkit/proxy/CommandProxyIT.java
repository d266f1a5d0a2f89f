package dev.stepweir.testkit.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.testkit.proxy.CommandProxy.Fate;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.ProtocolVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

@WithRedis
class CommandProxyIT {

    private static void through(CommandProxy proxy, Consumer<RedisClient> use) {
        RedisURI uri = RedisURI.create(proxy.uri());
        uri.setTimeout(Duration.ofSeconds(5));
        RedisClient client = RedisClient.create(uri);
        client.setOptions(
                ClientOptions.builder()
                        .protocolVersion(ProtocolVersion.RESP2)
                        .autoReconnect(false)
                        .build());
        try {
            use.accept(client);
        } finally {
            client.shutdown(0, 2, TimeUnit.SECONDS);
        }
    }

    private static CommandProxy before(TestRedis redis, String command, Fate fate) {
        return CommandProxy.before(
                redis.uri(), it -> it.name().equals(command) ? fate : Fate.PASSES);
    }

    @Test
    void commands_and_replies_of_any_size_pass(TestRedis redis) {
        List<String> seen = new ArrayList<>();
        String large = "x".repeat(1_000_000);
        try (CommandProxy proxy =
                CommandProxy.before(
                        redis.uri(),
                        command -> {
                            seen.add(command.name());
                            return Fate.PASSES;
                        })) {
            through(
                    proxy,
                    client -> {
                        try (StatefulRedisConnection<String, String> own = client.connect()) {
                            String key = redis.keyPrefix() + "list";
                            own.sync().rpush(key, large, "", "b\r\nc");
                            assertThat(own.sync().lrange(key, 0, -1))
                                    .containsExactly(large, "", "b\r\nc");
                            assertThat(own.sync().get(redis.keyPrefix() + "none")).isNull();
                        }
                    });
        }
        assertThat(seen).containsSubsequence("RPUSH", "LRANGE", "GET");
    }

    @Test
    void a_client_dies_before_its_command_is_executed(TestRedis redis) {
        String key = redis.keyPrefix() + "counter";
        try (CommandProxy proxy = before(redis, "INCR", Fate.DIES_BEFORE)) {
            through(
                    proxy,
                    client -> {
                        var own = client.connect();
                        assertThatThrownBy(() -> own.sync().incr(key))
                                .isInstanceOf(RedisException.class);
                        assertThatThrownBy(client::connect).isInstanceOf(RedisException.class);
                    });
            assertThat(proxy.isSevered()).isTrue();
        }
        assertThat(redis.commands().get(key)).isNull();
    }

    @Test
    void a_client_dies_after_its_command_was_executed(TestRedis redis) {
        String key = redis.keyPrefix() + "counter";
        try (CommandProxy proxy = before(redis, "INCR", Fate.DIES_AFTER)) {
            through(
                    proxy,
                    client -> {
                        var own = client.connect();
                        own.async().incr(key);
                        assertThatThrownBy(() -> own.sync().incr(key))
                                .isInstanceOf(RedisException.class);
                    });
        }
        assertThat(redis.commands().get(key)).isEqualTo("1");
    }

    @Test
    void a_reply_is_lost_with_its_connection_only(TestRedis redis) {
        String key = redis.keyPrefix() + "counter";
        try (CommandProxy proxy = before(redis, "INCR", Fate.LOSES_REPLY)) {
            through(
                    proxy,
                    client -> {
                        var other = client.connect();
                        var own = client.connect();
                        assertThatThrownBy(() -> own.sync().incr(key))
                                .isInstanceOf(RedisException.class);
                        assertThat(other.sync().get(key)).isEqualTo("1");
                        assertThat(client.connect().sync().get(key)).isEqualTo("1");
                    });
        }
    }
}
