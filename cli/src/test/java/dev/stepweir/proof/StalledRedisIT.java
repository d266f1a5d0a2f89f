package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.StepView;
import dev.stepweir.reaper.ReaperConfig;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Redis stands still, or is away, for several leases while steps are executed. Entries age
 * meanwhile, and no worker could beat. {@code -Dproof.stall} says for how many milliseconds.
 */
@WithRedis(privateServer = true, appendFsync = AppendFsync.EVERYSEC)
class StalledRedisIT {

    /** A busy machine may delay a heartbeat by seconds; that is not what is tested. */
    private static final Duration LEASE = Duration.ofSeconds(3);

    private static final ReaperConfig TERMS =
            Stack.REAPER.timed(LEASE, Stack.HEARTBEAT, Duration.ofMillis(100));

    private static final Duration STALL =
            Duration.ofMillis(Long.getLong("proof.stall", 3 * LEASE.toMillis()));
    private static final int STEPS = 100;
    private static final Workflow ONE =
            Workflow.builder("one").step("s", s -> s.handler("h")).build();

    private final AtomicInteger begun = new AtomicInteger();
    private final CountDownLatch gate = new CountDownLatch(1);

    @Test
    @DisplayName("Redis paused with 100 steps running: none is taken from a live worker")
    void a_pause_takes_no_step_from_its_worker(TestRedis server) throws Exception {
        stalled(
                server,
                () -> {
                    server.server().pause();
                    Stack.pass(STALL);
                    server.server().resume();
                });
    }

    @Test
    @DisplayName("Redis away and back with 100 steps running: none is taken from a live worker")
    void a_restart_takes_no_step_from_its_worker(TestRedis server) throws Exception {
        stalled(
                server,
                () -> {
                    server.server().stop();
                    Stack.pass(STALL);
                    server.server().startAgain();
                });
    }

    /** What is done to Redis. */
    private interface Stall {
        void happen() throws InterruptedException;
    }

    private void stalled(TestRedis server, Stall stall) throws Exception {
        Handlers handlers =
                new Handlers()
                        .add(
                                "h",
                                (input, context) -> {
                                    begun.incrementAndGet();
                                    gate.await();
                                    return null;
                                });
        try (Stack stack = Stack.open(server).orchestrator().reaper(TERMS).reaper(TERMS)) {
            var unused = stack.worker(handlers);
            List<RunId> runs = stack.submit(ONE, STEPS);
            await().until(() -> begun.get() == STEPS);
            // So that the stall is a gap between two looks, and no grace from before lasts.
            awaitLookWithoutGrace(stack, 0);
            long before = RedisTime.millis(stack.redis());
            stall.happen();
            // From then on whatever had lapsed would have been taken.
            awaitLookWithoutGrace(stack, before + STALL.toMillis());
            gate.countDown();
            for (RunId run : runs) {
                StepView step = stack.await(run).steps().getFirst();
                assertThat(step.dispatch()).as("dispatches of %s", step).isEqualTo(1);
                assertThat(step.crashes()).isZero();
            }
            assertThat(begun.get()).isEqualTo(STEPS);
            System.out.printf(
                    "[proof] Redis away for %d ms, lease %d ms, %d steps running: 0 taken%n",
                    STALL.toMillis(), LEASE.toMillis(), STEPS);
        }
    }

    /** Three looks begun by two reapers after all grace: one of them is over in each partition. */
    private static void awaitLookWithoutGrace(Stack stack, long sinceMillis) {
        long after = sinceMillis;
        for (int look = 0; look < 3; look++) {
            long from = after;
            await().atMost(Stack.SOON)
                    .ignoreExceptions()
                    .until(() ->
                            stack.namespace().all().stream()
                                    .allMatch(keys -> isLookedAt(stack, keys, from)));
            after = RedisTime.millis(stack.redis());
        }
    }

    private static boolean isLookedAt(Stack stack, Keys keys, long afterMillis) {
        long look = millis(stack, keys, "tick");
        return look > Math.max(afterMillis, millis(stack, keys, "grace_until"));
    }

    private static long millis(Stack stack, Keys keys, String field) {
        byte[] reaper = Bytes.of(keys.reaper());
        byte[] millis = RedisFutures.join(stack.redis().commands().hget(reaper, Bytes.of(field)));
        return Long.parseLong(Bytes.text(millis));
    }
}
