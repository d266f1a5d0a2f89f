package dev.stepweir.proof;

import static org.awaitility.Awaitility.await;

import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Redis goes away under load, and comes back. */
@WithRedis(privateServer = true, appendFsync = AppendFsync.ALWAYS)
class UnreachableRedisIT {

    @Test
    @DisplayName("restarts of Redis under load lose no run")
    void runs_survive_restarts_of_redis(TestRedis server) throws Exception {
        try (Stack stack = underLoad(server)) {
            List<RunId> runs = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                awaitConnected(stack);
                runs.addAll(stack.submit(Shapes.fan(8, 30), 20));
                Stack.pass(Duration.ofMillis(100));
                server.server().restart();
            }
            report("3 restarts of Redis", stack, runs);
        }
    }

    @Test
    @DisplayName("kills of Redis under load lose no run")
    void runs_survive_kills_of_redis(TestRedis server) throws Exception {
        try (Stack stack = underLoad(server)) {
            List<RunId> runs = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                awaitConnected(stack);
                runs.addAll(stack.submit(Shapes.fan(8, 30), 20));
                Stack.pass(Duration.ofMillis(100));
                server.server().kill();
                Stack.pass(Duration.ofMillis(700));
                server.server().startAgain();
            }
            report("3 kills of Redis", stack, runs);
        }
    }

    @Test
    @DisplayName("a Redis that halts for 3 s under load loses no run")
    void runs_survive_a_pause_of_redis(TestRedis server) throws Exception {
        try (Stack stack = underLoad(server)) {
            List<RunId> runs = stack.submit(Shapes.fan(8, 100), 30);
            Stack.pass(Duration.ofMillis(100));
            server.server().pause();
            Stack.pass(Duration.ofSeconds(3));
            server.server().resume();
            report("a pause of 3 s", stack, runs);
        }
    }

    private static Stack underLoad(TestRedis server) {
        Stack stack = Stack.open(server).orchestrator().reaper();
        stack.worker(Witness.handlers(stack));
        stack.worker(Witness.handlers(stack));
        return stack;
    }

    /** The client itself says so at once when Redis stays out of reach. */
    private static void awaitConnected(Stack stack) {
        await().atMost(Stack.SOON)
                .ignoreExceptions()
                .until(() -> RedisFutures.join(stack.redis().commands().ping()), "PONG"::equals);
    }

    private static void report(String what, Stack stack, List<RunId> runs) throws Exception {
        for (RunId run : runs) {
            stack.await(run);
        }
        awaitConnected(stack);
        System.out.printf(
                "[proof] %s, %d runs, %s%n", what, runs.size(), Audit.ofWitnessed(stack, runs));
    }
}
