package dev.stepweir.redis;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.stepweir.redis.script.ScriptRunner;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisBusyException;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisConnectionStateListener;
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
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process's access to one Redis: a shared connection for short commands, and connections of their
 * own for loops that block or that must see their commands in order. Nothing is replayed after a
 * reconnect: a lost reply is an error that the caller answers with a guarded script. Thread-safe.
 */
public final class Redis implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Redis.class);

    /** A reply later than this counts as lost. Longer than any blocking read. */
    public static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(5);

    /** Who and with what password; not the grammar that a refused address is answered with. */
    private static final Pattern PASSWORD = Pattern.compile("//(?!\\[:password@\\])\\S*@");

    /** With one colon: an IPv6 address has more. */
    private static final Pattern HOST_AND_PORT = Pattern.compile("([^:]*):([^:]*)");

    /** Each connection that was lost is tried again within two seconds, however long it is away. */
    private static final Delay RECONNECT_DELAY =
            Delay.equalJitter(Duration.ofMillis(10), Duration.ofSeconds(2), 10, MILLISECONDS);

    /** A connection that only listens is known to be dead within a minute, not after two hours. */
    private static final SocketOptions.KeepAliveOptions KEEP_ALIVE =
            SocketOptions.KeepAliveOptions.builder()
                    .enable()
                    .idle(Duration.ofSeconds(30))
                    .interval(Duration.ofSeconds(10))
                    .count(3)
                    .build();

    private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(2);

    private final RedisClient client;
    private final ClientResources resources;
    private final RedisURI uri;
    private final String address;
    private final OutageWatch outages;
    private final StatefulRedisConnection<byte[], byte[]> shared;
    private final ScriptRunner scripts;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Set<CompletableFuture<?>> connecting = ConcurrentHashMap.newKeySet();
    private final Retry retry;

    private Redis(
            RedisClient client,
            ClientResources resources,
            RedisURI uri,
            String address,
            Consumer<String> voice) {
        this.client = client;
        this.resources = resources;
        this.uri = uri;
        this.address = withoutPassword(address);
        this.outages = new OutageWatch(this.address, this::look, voice);
        this.shared = client.connect(ByteArrayCodec.INSTANCE, uri);
        shared.addListener(new Reconnected(outages));
        this.scripts = new ScriptRunner(shared.async());
        this.retry =
                Retry.of(
                        "redis",
                        RetryConfig.custom()
                                .maxAttempts(4)
                                .intervalFunction(
                                        IntervalFunction.ofExponentialRandomBackoff(100, 2, 0.5))
                                .retryOnException(Redis::isWorthRepeating)
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
        return connect(address, clientName, log::warn);
    }

    /**
     * As {@link #connect(String, String)}, for a process that tells people more than a log does.
     *
     * @param voice told of absences of Redis, line by line, when somebody waits for its return
     */
    public static Redis connect(String address, String clientName, Consumer<String> voice) {
        RedisURI uri = parse(address);
        uri.setClientName(clientName);
        uri.setTimeout(COMMAND_TIMEOUT);
        ClientResources resources =
                ClientResources.builder()
                        .reconnectDelay(RECONNECT_DELAY)
                        .nettyCustomizer(new Watched())
                        .build();
        RedisClient client = RedisClient.create(resources);
        client.setOptions(
                ClientOptions.builder()
                        .protocolVersion(ProtocolVersion.RESP2)
                        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                        .replayFilter(command -> true)
                        .timeoutOptions(TimeoutOptions.enabled(COMMAND_TIMEOUT))
                        .socketOptions(
                                SocketOptions.builder()
                                        .connectTimeout(Duration.ofSeconds(3))
                                        .keepAlive(KEEP_ALIVE)
                                        .build())
                        .build());
        try {
            return new Redis(client, resources, uri, address, voice);
        } catch (RedisConnectionException e) {
            shutDown(client, resources);
            // The outer message only says that connecting failed.
            throw new RedisConnectionException(
                    "cannot use Redis at " + withoutPassword(address) + ": " + Outage.reason(e), e);
        } catch (RedisException e) {
            shutDown(client, resources);
            throw e;
        }
    }

    private static RedisURI parse(String address) {
        RedisURI uri;
        try {
            uri = RedisURI.create(address);
        } catch (RuntimeException e) {
            throw notAnAddress(address, "", e);
        }
        // What it could not take apart it leaves in the host, and nobody has such a name.
        Matcher whole = HOST_AND_PORT.matcher(String.valueOf(uri.getHost()));
        if (whole.matches()) {
            throw notAnAddress(address, whyNot(address, whole), null);
        }
        return uri;
    }

    private static String whyNot(String address, Matcher hostAndPort) {
        if (address.indexOf(hostAndPort.group()) < address.lastIndexOf('@')) {
            // A password that should have been encoded: not to be shown.
            return "";
        }
        return hostAndPort.group(2).matches("\\d{1,5}")
                ? "; '" + hostAndPort.group(1) + "' is not the name of a host"
                : "; '" + hostAndPort.group(2) + "' is not a port";
    }

    private static IllegalArgumentException notAnAddress(
            String address, String why, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "not a Redis address: '"
                        + address.replaceAll("//.*@", "//***@")
                        + "'"
                        + why
                        + " (allowed: redis://[:password@]host[:port][/db], rediss://...,"
                        + " redis-sentinel://host[,host]/db#master)",
                cause);
    }

    /** The address as it may be shown. */
    public static String withoutPassword(String address) {
        return PASSWORD.matcher(address).replaceAll("//***@");
    }

    /** Where Redis is, without the password. */
    public String address() {
        return address;
    }

    /** Short commands on the shared connection; never a blocking one. */
    public RedisAsyncCommands<byte[], byte[]> commands() {
        return shared.async();
    }

    /** Speaks of the absence of this Redis for all who meet it. */
    public OutageWatch outages() {
        return outages;
    }

    /** Scripts on the shared connection. */
    public ScriptRunner scripts() {
        return scripts;
    }

    /** A connection of the caller's own; the caller closes it. */
    public StatefulRedisConnection<byte[], byte[]> openConnection() {
        return client.connect(ByteArrayCodec.INSTANCE, uri);
    }

    /** As {@link #openSubscription()}, without waiting for it. */
    public CompletableFuture<StatefulRedisPubSubConnection<String, String>> subscriptionAsync() {
        CompletableFuture<StatefulRedisPubSubConnection<String, String>> opening =
                client.connectPubSubAsync(StringCodec.UTF8, uri).toCompletableFuture();
        connecting.add(opening);
        return opening.whenComplete((opened, failure) -> connecting.remove(opening));
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

    /** Whoever is interrupted is not to wait for the next try. */
    private static boolean isWorthRepeating(Throwable failure) {
        return !Thread.currentThread().isInterrupted() && isPassing(failure);
    }

    /**
     * True for failures that time may heal: not connected, late, loading, busy, failing over, or
     * refusing writes until its disk or its replicas are back. Says nothing of who asks: replies
     * are handled on whatever thread comes along.
     */
    public static boolean isPassing(Throwable failure) {
        if (failure instanceof RedisConnectionException
                || failure instanceof RedisCommandTimeoutException
                || failure instanceof RedisLoadingException
                || failure instanceof RedisBusyException) {
            return true;
        }
        String message = String.valueOf(failure.getMessage());
        return failure instanceof RedisException
                && (failure.getCause() instanceof IOException
                        || message.contains("not connected")
                        || message.contains("Connection closed")
                        || message.contains("Connection disconnected")
                        || message.contains("Connection reset")
                        || message.startsWith("READONLY")
                        || message.startsWith("MISCONF")
                        || message.startsWith("NOREPLICAS")
                        || message.startsWith("MASTERDOWN")
                        || message.startsWith("TRYAGAIN")
                        || message.startsWith("CLUSTERDOWN"));
    }

    /**
     * Whether waiting helps: Redis is back some time, and an operator may give back the rights that
     * were taken from a user.
     */
    public static boolean mayHeal(Throwable failure) {
        return isPassing(failure) || (failure instanceof RedisException e && isForbidden(e));
    }

    /**
     * True for a failure of what was asked and of nothing else: stored data of the wrong type, or
     * that cannot be read. Other requests are not concerned, and asking again does not help.
     */
    public static boolean concernsWhatWasAsked(RedisException failure) {
        boolean refused = failure instanceof RedisCommandExecutionException;
        boolean unreadable =
                failure.getCause() instanceof RuntimeException cause
                        && !(cause instanceof RedisException);
        return (refused || unreadable) && !mayHeal(failure);
    }

    /** True when the server refuses who asks: an operator can mend that. */
    public static boolean isForbidden(RedisException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.startsWith("NOAUTH")
                || message.startsWith("WRONGPASS")
                || message.startsWith("NOPERM")
                // What a script may not do, as Redis 7.0 says it and as later ones and Valkey do.
                || message.contains("The user executing the script can't")
                || message.contains("ACL failure in script");
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        outages.close();
        shared.close();
        awaitConnects();
        shutDown(client, resources);
    }

    /** A socket that connects while the threads of the client end is never closed. */
    private void awaitConnects() {
        CompletableFuture.allOf(connecting.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, SHUTDOWN_LIMIT.toMillis(), MILLISECONDS)
                .handle((connected, failure) -> connected)
                .join();
    }

    private static void shutDown(RedisClient client, ClientResources resources) {
        // Also by a thread that is interrupted: what is not ended here is never ended.
        try {
            // At most so long: one of its own threads may have come here, and would never end.
            client.shutdownAsync(0, SHUTDOWN_LIMIT.toMillis(), MILLISECONDS)
                    .completeOnTimeout(null, 2 * SHUTDOWN_LIMIT.toMillis(), MILLISECONDS)
                    .join();
        } finally {
            resources
                    .shutdown(0, SHUTDOWN_LIMIT.toMillis(), MILLISECONDS)
                    .awaitUninterruptibly(SHUTDOWN_LIMIT.toMillis());
        }
    }

    /**
     * Looks whether Redis answers, on a fresh connection: only such a one tells why it does not.
     */
    private void look() {
        try (StatefulRedisConnection<byte[], byte[]> fresh = openConnection()) {
            RedisFutures.join(fresh.async().ping());
        }
    }

    /** Tells the watch when the shared connection is there again. */
    private record Reconnected(OutageWatch watch) implements RedisConnectionStateListener {
        @Override
        public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress peer) {
            watch.wake();
        }
    }

    /** Gives up connections that no answer comes on. */
    private static final class Watched implements NettyCustomizer {
        @Override
        public void afterChannelInitialized(Channel channel) {
            SilentChannel.watch(channel, COMMAND_TIMEOUT);
        }
    }
}
