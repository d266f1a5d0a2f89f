package dev.stepweir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@WithRedis(privateServer = true, appendFsync = AppendFsync.ALWAYS, maxmemoryBytes = 4_000_000)
class PrivateRedisIT {

    @Test
    void a_paused_server_answers_after_it_goes_on(TestRedis redis) throws Exception {
        redis.commands().ping();
        redis.server().pause();
        RedisFuture<String> ping = redis.connection().async().ping();
        assertThat(ping.await(100, TimeUnit.MILLISECONDS)).isFalse();
        redis.server().resume();
        assertThat(ping.get(30, TimeUnit.SECONDS)).isEqualTo("PONG");
    }

    @Test
    void a_restart_keeps_address_and_data(TestRedis redis) {
        redis.commands().set("k", "v");
        redis.server().restart();
        assertThat(redis.server().uri()).isEqualTo(redis.uri());
        assertThat(redis.commands().get("k")).isEqualTo("v");
    }

    @Test
    void a_full_server_refuses_writes_and_evicts_nothing(TestRedis redis) {
        redis.commands().set("first", "kept");
        String block = "x".repeat(500_000);
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 20; i++) {
                                redis.commands().set("k" + i, block);
                            }
                        })
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("OOM");
        assertThat(redis.commands().get("first")).isEqualTo("kept");
    }

    @Test
    void a_server_may_be_left_paused(TestRedis redis) {
        redis.server().pause();
        assertThat(redis.server().pid()).isPositive();
    }
}
