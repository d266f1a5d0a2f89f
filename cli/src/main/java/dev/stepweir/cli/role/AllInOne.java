package dev.stepweir.cli.role;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.embedded.RedisServer;
import dev.stepweir.embedded.RedisServerOptions;
import dev.stepweir.embedded.RedisUnavailableException;
import dev.stepweir.handler.Handlers;
import dev.stepweir.orchestrator.Orchestrator;
import dev.stepweir.orchestrator.OrchestratorConfig;
import dev.stepweir.reaper.Reaper;
import dev.stepweir.reaper.ReaperConfig;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.worker.Worker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/** Redis and one of each role in this process. */
public final class AllInOne implements AutoCloseable {

    /** What to close, the last started first. */
    private final Deque<Runnable> parts = new ArrayDeque<>();

    private final RedisServer server;
    private final Worker worker;

    private AllInOne(RedisServerOptions options, String name, Handlers handlers, int concurrency) {
        try {
            server = RedisServer.start(options);
            parts.push(server::close);
            Redis redis = Redis.connect(server.uri(), "stepweir-dev");
            parts.push(redis::close);
            Namespace namespace = Namespace.open(redis, name);
            Orchestrator orchestrator =
                    Orchestrator.start(redis, namespace, OrchestratorConfig.DEFAULTS);
            parts.push(orchestrator::close);
            Reaper reaper = Reaper.start(redis, namespace, ReaperConfig.DEFAULTS);
            parts.push(reaper::close);
            worker =
                    Worker.builder()
                            .namespace(name)
                            .handlers(handlers)
                            .concurrency(concurrency)
                            .start(redis);
            parts.push(worker::close);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts everything.
     *
     * @throws CommandFailure when no Redis can be started
     */
    public static AllInOne start(
            RedisServerOptions options, String namespace, HandlerOptions handlers) {
        try {
            return new AllInOne(options, namespace, handlers.handlers(), handlers.concurrency());
        } catch (RedisUnavailableException e) {
            throw new CommandFailure(
                    ExitCode.NO_REDIS, "cannot start a Redis: " + e.getMessage(), e);
        }
    }

    /** Where its Redis is, password and all. */
    public String address() {
        return server.uri();
    }

    /** Product, version and origin of its Redis. */
    String description() {
        return server.description() + " on 127.0.0.1:" + server.port();
    }

    /** Completes when its Redis ends, by itself or because this is closed. */
    public CompletableFuture<?> redisEnd() {
        return server.end();
    }

    String workerId() {
        return worker.id();
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            parts.pop().run();
        }
    }
}
