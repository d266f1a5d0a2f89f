package dev.stepweir.cli.terminal;

import dev.stepweir.client.StepweirClient;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Outage;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.preflight.Preflight;
import dev.stepweir.redis.preflight.Preflight.Finding;
import dev.stepweir.redis.preflight.Preflight.Level;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;

/** A short command's access to Redis: it fails within five seconds when nobody answers. */
public final class Session implements AutoCloseable {

    /** With the start of the JVM and a look for who is slow it makes five seconds. */
    private static final long PATIENCE_MILLIS = 3_500;

    private static final long SLOW_START_MILLIS = 25_000;
    private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

    private final Redis redis;
    private final StepweirClient client;

    private Session(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.client = StepweirClient.over(redis, namespace);
    }

    /**
     * Connects as the command's options say.
     *
     * @throws CommandFailure with {@link ExitCode#NO_REDIS}
     */
    public static Session open(CommandSpec command) {
        ServerOptions options = ServerOptions.of(command);
        return open(options.address(), options.namespace(), Output.of(command)::say);
    }

    /**
     * As {@link #open(CommandSpec)}, to a given place.
     *
     * @param voice told of absences of Redis while a run is waited for
     */
    public static Session open(String address, String namespace, Consumer<String> voice) {
        String shown = Redis.withoutPassword(address);
        CompletableFuture<Session> opening =
                CompletableFuture.supplyAsync(() -> connect(address, namespace, voice), THREADS);
        try {
            return opened(opening, address);
        } catch (TimeoutException e) {
            throw new CommandFailure(
                    ExitCode.NO_REDIS, "Redis at " + shown + " does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILED, "interrupted", e);
        } catch (ExecutionException e) {
            throw explained(e.getCause() == null ? e : e.getCause(), shown);
        }
    }

    /** A Redis that answers is waited for longer: then it is this process that is slow. */
    private static Session opened(CompletableFuture<Session> opening, String address)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return opening.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            if (!PlainPing.isAnswered(address)) {
                throw e;
            }
            return opening.get(SLOW_START_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private static Session connect(String address, String namespace, Consumer<String> voice) {
        Redis redis = Redis.connect(address, "stepweir-cli", voice);
        try {
            return new Session(redis, open(redis, namespace));
        } catch (RuntimeException e) {
            redis.close();
            throw e;
        }
    }

    private static Namespace open(Redis redis, String namespace) {
        try {
            return Namespace.open(redis, namespace);
        } catch (RedisCommandExecutionException refused) {
            Finding rights = Preflight.rights(redis, new Keys(namespace, 0));
            throw rights.level() == Level.FAIL
                    ? new RedisCommandExecutionException(rights.message())
                    : refused;
        }
    }

    private static RuntimeException explained(Throwable cause, String shown) {
        if (!(cause instanceof RedisException)) {
            return cause instanceof RuntimeException known
                    ? known
                    : new CommandFailure(
                            ExitCode.FAILED, String.valueOf(cause.getMessage()), cause);
        }
        return new CommandFailure(
                ExitCode.NO_REDIS,
                "cannot use Redis at "
                        + shown
                        + ": "
                        + Outage.reason(cause)
                        + " (--redis or STEPWEIR_REDIS says where it is)",
                cause);
    }

    public Redis redis() {
        return redis;
    }

    public StepweirClient client() {
        return client;
    }

    @Override
    public void close() {
        client.close();
        redis.close();
    }
}
