package dev.stepweir.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import io.lettuce.core.KeyValue;
import io.lettuce.core.KillArgs;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithRedis(privateServer = true)
class BlockingConnectionIT {

    private static final byte[] KEY = Bytes.of("empty");

    private Redis redis;
    private BlockingConnection connection;

    @BeforeEach
    void connect(TestRedis server) {
        redis = Redis.connect(server.uri(), "test");
        connection = BlockingConnection.open(redis);
    }

    @AfterEach
    void disconnect() {
        connection.close();
        redis.close();
    }

    @Test
    void a_wait_without_end_is_ended_by_another_connection(TestRedis server) throws Exception {
        CompletableFuture<KeyValue<byte[], byte[]>> waiting = waitForEver();
        await().until(() -> blocked(server).count() == 1);

        connection.endWait();

        assertThat(waiting.get()).isNull();
        assertThat(unblocks(server)).isTrue();
    }

    @Test
    void a_wait_on_a_connection_that_was_made_again_is_ended_too(TestRedis server) {
        CompletableFuture<KeyValue<byte[], byte[]>> lost = waitForEver();
        await().until(() -> blocked(server).count() == 1);
        String first = blocked(server).findFirst().orElseThrow();
        server.commands().clientKill(KillArgs.Builder.typeNormal().skipme(true));
        await().until(lost::isDone);
        await().ignoreExceptions().until(() -> RedisFutures.join(redis.commands().ping()) != null);
        await().ignoreExceptions()
                .until(() -> RedisFutures.join(connection.commands().ping()) != null);
        CompletableFuture<KeyValue<byte[], byte[]>> waiting = waitForEver();
        await().until(() -> blocked(server).anyMatch(id -> !id.equals(first)));

        connection.endWait();

        await().until(waiting::isDone);
        assertThat(waiting).isCompletedWithValue(null);
    }

    private CompletableFuture<KeyValue<byte[], byte[]>> waitForEver() {
        return connection.commands().blpop(0, KEY).toCompletableFuture();
    }

    /** The ids of the clients that wait. */
    private static Stream<String> blocked(TestRedis server) {
        return server.commands()
                .clientList()
                .lines()
                .filter(client -> client.contains(" flags=b "))
                .map(client -> client.substring(0, client.indexOf(' ')));
    }

    private static boolean unblocks(TestRedis server) {
        return server.commands().info("commandstats").contains("cmdstat_client|unblock:");
    }
}
