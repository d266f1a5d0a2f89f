package dev.stepweir.redis;

import dev.stepweir.redis.script.ScriptRunner;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisBusyException;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A process's access to one Redis: a shared connection for short commands, and connections of their
 * own for loops that block or that must see their commands in order. Nothing is replayed after a
 * reconnect: a lost reply is an error that the caller answers with a guarded script. Thread-safe.
 */
public final class Redis implements AutoCloseable {

    /** A reply later than this counts as lost. Longer than any blocking read. */
    public static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(5);

    private final RedisClient client;
    private final RedisURI uri;
    private final StatefulRedisConnection<byte[], byte[]> shared;
    private final ScriptRunner scripts;
    private final Retry retry;

    private Redis(RedisClient client, RedisURI uri) {
        this.client = client;
        this.uri = uri;
        this.shared = client.connect(ByteArrayCodec.INSTANCE, uri);
        this.scripts = new ScriptRunner(shared.async());
        this.retry =
                Retry.of(
                        "redis",
                        RetryConfig.custom()
                                .maxAttempts(4)
                                .intervalFunction(
                                        IntervalFunction.ofExponentialRandomBackoff(100, 2, 0.5))
                                .retryOnException(Redis::isPassing)
                                .build());
    }

    /**
     * Connects.
     *
     * @param address {@code redis://}, {@code rediss://} or {@code redis-sentinel://}
     * @param clientName shown by {@code CLIENT LIST}
     * @throws IllegalArgumentException for an address that is none
     * @throws RedisException when Redis does not answer
     */
    public static Redis connect(String address, String clientName) {
        RedisURI uri = parse(address);
        uri.setClientName(clientName);
        uri.setTimeout(COMMAND_TIMEOUT);
        RedisClient client = RedisClient.create();
        client.setOptions(
                ClientOptions.builder()
                        .protocolVersion(ProtocolVersion.RESP2)
                        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                        .replayFilter(command -> true)
                        .timeoutOptions(TimeoutOptions.enabled(COMMAND_TIMEOUT))
                        .socketOptions(
                                SocketOptions.builder()
                                        .connectTimeout(Duration.ofSeconds(3))
                                        .keepAlive(true)
                                        .build())
                        .build());
        try {
            return new Redis(client, uri);
        } catch (RedisException e) {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
            throw e;
        }
    }

    private static RedisURI parse(String address) {
        try {
            return RedisURI.create(address);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "not a Redis address: '"
                            + withoutPassword(address)
                            + "' (allowed: redis://[:password@]host[:port][/db], rediss://...,"
                            + " redis-sentinel://host[,host]/db#master)",
                    e);
        }
    }

    /** The address as it may be shown. */
    public static String withoutPassword(String address) {
        return address.replaceAll("//[^@/]*@", "//***@");
    }

    public String address() {
        return withoutPassword(uri.toURI().toString());
    }

    /** Short commands on the shared connection; never a blocking one. */
    public RedisAsyncCommands<byte[], byte[]> commands() {
        return shared.async();
    }

    /** Scripts on the shared connection. */
    public ScriptRunner scripts() {
        return scripts;
    }

    /** A connection of the caller's own; the caller closes it. */
    public StatefulRedisConnection<byte[], byte[]> openConnection() {
        return client.connect(ByteArrayCodec.INSTANCE, uri);
    }

    /** A subscriber's connection; the caller closes it. */
    public StatefulRedisPubSubConnection<String, String> openSubscription() {
        return client.connectPubSub(StringCodec.UTF8, uri);
    }

    /**
     * Repeats a read or a guarded script a few times while Redis is briefly out of reach.
     *
     * @throws RedisException when it stays out of reach
     */
    public <T> T retrying(Supplier<T> operation) {
        return Retry.decorateSupplier(retry, operation).get();
    }

    /** True for failures that time may heal: not connected, late, loading, busy, failing over. */
    public static boolean isPassing(Throwable failure) {
        if (failure instanceof RedisConnectionException
                || failure instanceof RedisCommandTimeoutException
                || failure instanceof RedisLoadingException
                || failure instanceof RedisBusyException) {
            return true;
        }
        String message = String.valueOf(failure.getMessage());
        return failure instanceof RedisException
                && !Thread.currentThread().isInterrupted()
                && (message.contains("not connected")
                        || message.contains("Connection closed")
                        || message.contains("Connection reset")
                        || message.startsWith("READONLY")
                        || message.startsWith("MASTERDOWN")
                        || message.startsWith("TRYAGAIN")
                        || message.startsWith("CLUSTERDOWN"));
    }

    @Override
    public void close() {
        shared.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
