package dev.stepweir.testkit.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithRedis
class FaultProxyIT {

    private FaultProxy proxy;
    private RedisClient client;

    @BeforeEach
    void connect_through_a_proxy(TestRedis redis) {
        proxy = FaultProxy.before(redis.uri());
        client = RedisClient.create(proxy.uri());
        client.setOptions(ClientOptions.builder().autoReconnect(false).build());
    }

    @AfterEach
    void close() {
        client.shutdown(0, 2, TimeUnit.SECONDS);
        proxy.close();
    }

    @Test
    void it_is_transparent_at_first(TestRedis redis) {
        String large = "x".repeat(1_000_000);
        try (StatefulRedisConnection<String, String> through = client.connect()) {
            through.sync().set(redis.keyPrefix() + "k", large);
            assertThat(through.sync().get(redis.keyPrefix() + "k")).isEqualTo(large);
            assertThat(proxy.connections()).isEqualTo(1);
        }
        await().untilAsserted(() -> assertThat(proxy.connections()).isZero());
    }

    @Test
    void a_cut_breaks_what_is_open_and_admits_what_is_new() {
        try (StatefulRedisConnection<String, String> broken = client.connect()) {
            proxy.cut();
            await().untilAsserted(() -> assertThat(broken.isOpen()).isFalse());
        }
        try (StatefulRedisConnection<String, String> fresh = client.connect()) {
            assertThat(fresh.sync().ping()).isEqualTo("PONG");
        }
    }

    @Test
    void while_it_refuses_nobody_connects() {
        proxy.refuse();
        assertThatThrownBy(client::connect).isInstanceOf(RedisException.class);
        proxy.admit();
        try (StatefulRedisConnection<String, String> fresh = client.connect()) {
            assertThat(fresh.sync().ping()).isEqualTo("PONG");
        }
    }

    @Test
    void frozen_bytes_arrive_after_the_thaw() throws Exception {
        try (StatefulRedisConnection<String, String> through = client.connect()) {
            proxy.freeze();
            RedisFuture<String> ping = through.async().ping();
            assertThat(ping.await(100, TimeUnit.MILLISECONDS)).isFalse();
            proxy.thaw();
            assertThat(ping.get(30, TimeUnit.SECONDS)).isEqualTo("PONG");
        }
    }

    @Test
    void a_delay_holds_replies_back() {
        try (StatefulRedisConnection<String, String> through = client.connect()) {
            proxy.delay(Duration.ofMillis(120));
            long begun = System.nanoTime();
            through.sync().ping();
            assertThat(System.nanoTime() - begun).isGreaterThan(100_000_000L);
        }
    }

    @Test
    void a_dropped_reply_hides_a_write_that_was_done(TestRedis redis) {
        String key = redis.keyPrefix() + "counter";
        try (StatefulRedisConnection<String, String> through = client.connect()) {
            proxy.dropNextReply();
            assertThatThrownBy(() -> through.sync().incr(key)).isInstanceOf(RedisException.class);
        }
        assertThat(redis.commands().get(key)).isEqualTo("1");
    }
}
