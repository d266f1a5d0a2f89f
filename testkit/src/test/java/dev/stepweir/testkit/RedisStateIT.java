package dev.stepweir.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.Consumer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SetArgs;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

@WithRedis
class RedisStateIT {

    @Test
    void every_type_is_shown(TestRedis redis) {
        RedisCommands<String, String> commands = redis.commands();
        String at = redis.keyPrefix();
        commands.set(at + "text", "hello");
        commands.set(at + "lease", "w1", SetArgs.Builder.ex(60));
        commands.hset(at + "run", Map.of("b", "2", "a", "1"));
        commands.rpush(at + "list", "z", "y");
        commands.sadd(at + "set", "z", "y");
        commands.zadd(at + "timers", 1_500, "late");
        commands.zadd(at + "timers", 0.5, "soon");
        commands.set("sw:{" + redis.namespace() + "x:0}:other", "not ours");

        assertThat(redis.state().replacing("t-[0-9a-f-]+", "ns").toString())
                .isEqualTo(
                        """
                        sw:{ns:lease: string (expires)
                            w1
                        sw:{ns:list: list
                            z
                            y
                        sw:{ns:run: hash
                            a = 1
                            b = 2
                        sw:{ns:set: set
                            y
                            z
                        sw:{ns:text: string
                            hello
                        sw:{ns:timers: zset
                            0.5 soon
                            1500 late
                        """);
        commands.del("sw:{" + redis.namespace() + "x:0}:other");
    }

    @Test
    @SuppressWarnings("unchecked") // lettuce takes stream offsets as generic varargs
    void a_stream_shows_entries_groups_consumers_and_what_is_pending(TestRedis redis) {
        RedisCommands<String, String> commands = redis.commands();
        String key = redis.keyPrefix() + "0}:queue";
        commands.xgroupCreate(
                StreamOffset.from(key, "$"), "workers", XGroupCreateArgs.Builder.mkstream());
        commands.xadd(key, XAddArgs.Builder.minId("0").id("5-1"), Map.of("step", "a"));
        commands.xadd(key, XAddArgs.Builder.minId("0").id("6-1"), Map.of("step", "b"));
        commands.xreadgroup(
                Consumer.from("workers", "w1"),
                XReadArgs.Builder.count(1),
                StreamOffset.lastConsumed(key));

        assertThat(redis.state().get(key))
                .isEqualTo(
                        """
                        stream
                        last 6-1
                        entry 5-1 step=a
                        entry 6-1 step=b
                        group workers at 5-1
                        consumer workers w1
                        pending workers 5-1 of w1, delivered 1\
                        """);
    }

    @Test
    void bytes_that_are_no_text_are_escaped_and_not_lost(TestRedis redis) {
        byte[] key = (redis.keyPrefix() + "packed").getBytes(StandardCharsets.UTF_8);
        try (RedisClient client = RedisClient.create(redis.uri());
                var connection = client.connect(ByteArrayCodec.INSTANCE)) {
            connection.sync().set(key, new byte[] {'a', 0, (byte) 0xff, '\n'});
        }
        assertThat(redis.state().asMap())
                .containsEntry(redis.keyPrefix() + "packed", "string\na\\x00\\xff\\x0a");
    }

    @Test
    void changes_name_what_went_and_what_came(TestRedis redis) {
        String key = redis.keyPrefix() + "run";
        redis.commands().hset(key, Map.of("state", "READY", "kept", "1"));
        RedisState before = redis.state();
        assertThat(redis.state()).isEqualTo(before);

        redis.commands().hset(key, "state", "SUCCEEDED");
        redis.commands().set(key + ":extra", "x");

        assertThat(redis.state()).isNotEqualTo(before);
        assertThat(redis.state().changesSince(before))
                .containsExactly(
                        "- " + key + " | state = READY",
                        "+ " + key + " | state = SUCCEEDED",
                        "+ " + key + ":extra | string",
                        "+ " + key + ":extra | x");
        assertThat(redis.state().without(".*:extra").asMap()).containsOnlyKeys(key);
    }
}
