package dev.stepweir.testkit;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One test's view of a Redis server. What it hands out is closed after the test. Safe for use by
 * several threads.
 */
public final class TestRedis {

    private final String uri;
    private final String description;
    private final String namespace;
    private final Optional<PrivateRedis> server;
    private final Supplier<RedisClient> clients;
    private final List<StatefulRedisConnection<String, String>> opened = new ArrayList<>();
    private Optional<StatefulRedisConnection<String, String>> main = Optional.empty();

    TestRedis(
            String uri,
            String description,
            String namespace,
            Optional<PrivateRedis> server,
            Supplier<RedisClient> clients) {
        this.uri = uri;
        this.description = description;
        this.namespace = namespace;
        this.server = server;
        this.clients = clients;
    }

    /** The server's address with its password. */
    public String uri() {
        return uri;
    }

    /** Product, version and origin of the server. */
    public String description() {
        return description;
    }

    /** This test's own namespace: letters a to z, digits and hyphens, at most 20 characters. */
    public String namespace() {
        return namespace;
    }

    /** What every key of this namespace begins with. */
    public String keyPrefix() {
        return "sw:{" + namespace + ":";
    }

    /** A connection that is opened once per test; never send a blocking command over it. */
    public synchronized StatefulRedisConnection<String, String> connection() {
        if (main.isEmpty()) {
            main = Optional.of(connect());
        }
        return main.get();
    }

    /** The commands of {@link #connection()}. */
    public RedisCommands<String, String> commands() {
        return connection().sync();
    }

    /** Opens one more connection. */
    public synchronized StatefulRedisConnection<String, String> connect() {
        StatefulRedisConnection<String, String> fresh = clients.get().connect(RedisURI.create(uri));
        opened.add(fresh);
        return fresh;
    }

    /** Everything under {@link #keyPrefix()} at this moment; bytes that are no text are escaped. */
    public RedisState state() {
        try (StatefulRedisConnection<String, String> readable =
                clients.get().connect(ReadableCodec.INSTANCE, RedisURI.create(uri))) {
            return RedisState.of(readable.sync(), keyPrefix());
        }
    }

    /**
     * The server of a class with {@code @WithRedis(privateServer = true)}.
     *
     * @throws IllegalStateException if the server is the shared one
     */
    public PrivateRedis server() {
        return server.orElseThrow(
                () -> new IllegalStateException("use @WithRedis(privateServer = true)"));
    }

    synchronized void closeConnections() {
        opened.forEach(StatefulRedisConnection::close);
        opened.clear();
        main = Optional.empty();
    }
}
