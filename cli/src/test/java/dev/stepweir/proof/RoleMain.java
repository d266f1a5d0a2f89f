package dev.stepweir.proof;

import dev.stepweir.orchestrator.Orchestrator;
import dev.stepweir.proof.CrashPoint.Role;
import dev.stepweir.reaper.Reaper;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.worker.Worker;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * One role as a process with short periods, which ends in good order on SIGTERM. Arguments: role,
 * address, namespace, and the file in which a worker's executions are witnessed.
 */
final class RoleMain {

    static final String READY = "ready ";

    private RoleMain() {}

    public static void main(String[] args) throws InterruptedException, IOException {
        Role role = Role.valueOf(args[0]);
        Redis redis = connect(args[1]);
        AutoCloseable running = start(role, redis, args[2], Path.of(args[3]));
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> {
                            try (redis) {
                                running.close();
                            } catch (Exception e) {
                                System.out.println("did not end in good order: " + e);
                            }
                        }));
        System.out.println(READY + role);
        new CountDownLatch(1).await();
    }

    private static Redis connect(String address) throws InterruptedException {
        while (true) {
            try {
                return Redis.connect(address, "chaos");
            } catch (RedisException away) {
                Stack.pass(Duration.ofMillis(100));
            }
        }
    }

    private static AutoCloseable start(Role role, Redis redis, String name, Path paper)
            throws InterruptedException, IOException {
        while (true) {
            try {
                return switch (role) {
                    case ORCHESTRATOR ->
                            Orchestrator.start(
                                    redis, Namespace.open(redis, name), Stack.ORCHESTRATOR);
                    case REAPER -> Reaper.start(redis, Namespace.open(redis, name), Stack.REAPER);
                    case WORKER ->
                            Worker.builder()
                                    .namespace(name)
                                    .config(Stack.WORKER)
                                    .handlers(Witness.handlers(paper))
                                    .start(redis);
                };
            } catch (RedisException away) {
                Stack.pass(Duration.ofMillis(100));
            }
        }
    }
}
