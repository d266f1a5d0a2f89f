package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.testkit.proxy.FaultProxy;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a worker ends, none of its threads goes on: the leak check looks after each test. */
@WithRedis(privateServer = true)
@Timeout(60)
class HardCloseIT extends WithRuns {

    private static final Workflow ONE =
            Workflow.builder("one").step("s", s -> s.handler("h")).build();
    private static final WorkerConfig IMPATIENT =
            WorkerConfig.DEFAULT
                    .withHeartbeat(Duration.ofMillis(100))
                    .withDrain(Duration.ofMillis(100));

    private final CountDownLatch never = new CountDownLatch(1);
    private final CountDownLatch handlerInterrupted = new CountDownLatch(1);

    private Worker.Builder impatient() {
        return worker().config(IMPATIENT)
                .handler(
                        "h",
                        (input, context) -> {
                            try {
                                never.await();
                            } catch (InterruptedException e) {
                                handlerInterrupted.countDown();
                            }
                            return "never";
                        });
    }

    private RunId giveItWork(Worker worker) {
        RunId run = runs.start(ONE, null);
        await().until(() -> worker.inHand() == 1);
        return run;
    }

    @ParameterizedTest(name = "named: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("a worker that is closed while Redis is away ends whole")
    void without_redis(boolean named, TestRedis redis) {
        Worker.Builder builder = impatient();
        Worker worker = (named ? builder.name("billing") : builder).start();
        giveItWork(worker);
        redis.server().stop();
        try {
            worker.close();
        } finally {
            redis.server().startAgain();
        }
    }

    @Test
    @DisplayName("a worker whose connection its owner closed before it ends whole")
    void without_its_connection(TestRedis redis) {
        Redis owned = Redis.connect(redis.uri(), "owner");
        Worker worker = impatient().start(owned);
        owned.close();
        worker.close();
    }

    @Test
    @DisplayName("a worker whose closing is interrupted ends whole")
    void interrupted_while_it_waits() throws Exception {
        Worker worker = impatient().config(IMPATIENT.withDrain(Duration.ofMinutes(30))).start();
        RunId run = giveItWork(worker);
        FutureTask<Void> closing = new FutureTask<>(worker::close, null);
        Thread closer = Thread.ofPlatform().start(closing);
        await().until(() -> closer.getState() == Thread.State.TIMED_WAITING);
        closer.interrupt();
        closing.get(30, TimeUnit.SECONDS);
        assertThat(handlerInterrupted.await(30, TimeUnit.SECONDS)).isTrue();
        // Once more if a read that was still waiting brought it again.
        assertThat(runs.step(run, "s").published().number()).as("handed back").isBetween(2L, 3L);
        assertThat(runs.step(run, "s").ledgers().crashes()).isZero();
    }

    @Test
    @DisplayName("what a read brings to a worker that closes without waiting goes back at once")
    void while_a_read_is_under_way(TestRedis redis) {
        try (FaultProxy network = FaultProxy.before(redis.uri())) {
            Worker worker =
                    impatient()
                            .redis(network.uri())
                            .config(new WorkerConfig(9, Duration.ofSeconds(8), Duration.ZERO))
                            .start();
            network.delay(Duration.ofMillis(300));
            RunId run = runs.start(ONE, null);
            Keys keys = runs.namespace.keys(run);
            await().pollInterval(Duration.ofMillis(1))
                    .until(() ->
                            redis.commands().xpending(keys.queue("h"), "workers").getCount() == 1);

            worker.close();

            assertThat(redis.commands().xpending(keys.queue("h"), "workers").getCount()).isZero();
            assertThat(redis.commands().xinfoConsumers(keys.queue("h"), "workers")).isEmpty();
            assertThat(runs.step(run, "s").published().number()).isEqualTo(2);
            assertThat(runs.step(run, "s").ledgers().crashes()).isZero();
        }
    }

    @ParameterizedTest(name = "a heartbeat every {0} days")
    @ValueSource(longs = {1, 999_999})
    @DisplayName("a worker that may wait for longer than a clock can tell waits for what it has")
    void with_endless_patience(long days) throws Exception {
        Duration endless = Duration.ofDays(999_999);
        CountDownLatch mayEnd = new CountDownLatch(1);
        Worker worker =
                worker().config(new WorkerConfig(1, Duration.ofDays(days), endless))
                        .handler(
                                "h",
                                (input, context) -> {
                                    mayEnd.await();
                                    return "done";
                                })
                        .start();
        RunId run = giveItWork(worker);
        FutureTask<Void> closing = new FutureTask<>(worker::close, null);
        Thread closer = Thread.ofPlatform().start(closing);
        await().until(() -> closing.isDone() || closer.getState() == Thread.State.TIMED_WAITING);
        mayEnd.countDown();
        closing.get(30, TimeUnit.SECONDS);
        assertThat(runs.state(run)).isEqualTo(RunState.COMPLETED);
    }

    private static long clients(TestRedis redis) {
        return redis.commands().clientList().lines().count();
    }

    @Test
    @DisplayName("a worker that is refused leaves nothing")
    void refused_at_the_start(TestRedis redis) {
        long before = clients(redis);
        assertThatThrownBy(() -> worker().start()).isInstanceOf(IllegalStateException.class);
        String reaper = runs.namespace.keys(0).reaper();
        String now = redis.commands().time().getFirst() + "000";
        redis.commands().hset(reaper, Map.of("tick", now, "lease_millis", "200"));
        assertThatThrownBy(() -> impatient().start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("heartbeat must be at most");
        await().until(() -> clients(redis) == before);
    }

    @Test
    @DisplayName("a worker whose start fails after it was made known is forgotten")
    void failed_at_the_start(TestRedis redis) {
        Keys keys = runs.namespace.keys(0);
        redis.commands().set(keys.pausedQueues(), "no hash");
        assertThatThrownBy(() -> impatient().start()).isInstanceOf(RedisException.class);
        assertThat(redis.commands().hlen(keys.workerRecords())).isZero();
        assertThat(redis.commands().zcard(keys.workerBeats())).isZero();
    }
}
