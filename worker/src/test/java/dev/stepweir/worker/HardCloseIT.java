package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a worker ends, no thread and no connection of it stays: the leak check looks. */
@WithRedis(privateServer = true)
@Timeout(60)
class HardCloseIT {

    private static final Workflow ONE =
            Workflow.builder("one").step("s", s -> s.handler("h")).build();
    private static final WorkerConfig IMPATIENT =
            WorkerConfig.DEFAULT
                    .withHeartbeat(Duration.ofMillis(100))
                    .withDrain(Duration.ofMillis(100));

    private final CountDownLatch never = new CountDownLatch(1);

    private Worker.Builder worker(TestRedis redis) {
        return Worker.builder()
                .redis(redis.uri())
                .namespace(redis.namespace())
                .config(IMPATIENT)
                .handler(
                        "h",
                        (input, context) -> {
                            never.await();
                            return "never";
                        });
    }

    private static void giveItWork(TestRedis redis, Worker worker) {
        try (Runs runs = new Runs(redis.uri(), redis.namespace())) {
            runs.start(ONE, null);
            await().until(() -> worker.inHand() == 1);
        }
    }

    @ParameterizedTest(name = "named: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("a worker that is closed while Redis is away ends whole")
    void without_redis(boolean named, TestRedis redis) {
        Worker.Builder builder = worker(redis);
        Worker worker = (named ? builder.name("billing") : builder).start();
        giveItWork(redis, worker);
        redis.server().stop();
        try {
            worker.close();
        } finally {
            redis.server().startAgain();
        }
    }

    @Test
    @DisplayName("a worker whose closing is interrupted ends whole")
    void interrupted(TestRedis redis) throws Exception {
        Worker worker = worker(redis).config(IMPATIENT.withDrain(Duration.ofMinutes(30))).start();
        giveItWork(redis, worker);
        Thread closing = Thread.ofPlatform().start(worker::close);
        await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        closing.interrupt();
        assertThat(closing.join(Duration.ofSeconds(30))).isTrue();
    }

    private static long clients(TestRedis redis) {
        return redis.commands().clientList().lines().count();
    }

    @Test
    @DisplayName("a worker that is refused leaves nothing")
    void refused(TestRedis redis) {
        long before = clients(redis);
        assertThatThrownBy(() ->
                        Worker.builder().redis(redis.uri()).namespace(redis.namespace()).start())
                .isInstanceOf(IllegalStateException.class);
        try (Runs runs = new Runs(redis.uri(), redis.namespace())) {
            String reaper = runs.namespace.keys(0).reaper();
            String now = redis.commands().time().getFirst() + "000";
            redis.commands().hset(reaper, Map.of("tick", now, "lease_millis", "200"));
        }
        assertThatThrownBy(() -> worker(redis).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("heartbeat must be at most");
        await().until(() -> clients(redis) == before);
    }
}
