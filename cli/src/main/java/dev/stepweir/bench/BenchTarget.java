package dev.stepweir.bench;

import dev.stepweir.embedded.RedisServer;
import dev.stepweir.embedded.RedisServerOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The one server that everything in a benchmark runs against, and where on it. Closing it stops the
 * server if the benchmark started it.
 */
final class BenchTarget implements AutoCloseable {

    private final String url;
    private final RedisURI uri;
    private final String description;
    private final Aof aof;
    private final int partitions;
    private final String namespace;
    private final Optional<RedisServer> started;

    private BenchTarget(
            String url, Optional<Aof> wanted, int partitions, Optional<RedisServer> started) {
        this.url = url;
        this.uri = RedisURI.create(url);
        this.uri.setTimeout(Duration.ofSeconds(60));
        this.partitions = partitions;
        this.started = started;
        byte[] random = new byte[4];
        ThreadLocalRandom.current().nextBytes(random);
        this.namespace = "bench-" + HexFormat.of().formatHex(random);
        RedisClient client = RedisClient.create(this.uri);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisCommands<String, String> server = connection.sync();
            this.aof = Aof.of(server);
            this.description =
                    started.map(RedisServer::description).orElseGet(() -> describe(server));
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
        if (wanted.isPresent() && wanted.get() != aof) {
            throw new BenchException(
                    "the server's AOF mode is '%s', not '%s': change the server or leave out --aof"
                            .formatted(aof.label(), wanted.get().label()));
        }
    }

    /**
     * Uses a running server as it is.
     *
     * @throws BenchException if {@code wanted} is not how the server runs
     */
    static BenchTarget at(String url, Optional<Aof> wanted, int partitions) {
        return new BenchTarget(url, wanted, partitions, Optional.empty());
    }

    /** Starts a server for this benchmark, an installed one if there is one. */
    static BenchTarget started(Aof aof, int partitions) {
        RedisServer server =
                RedisServer.start(RedisServerOptions.forRuntime().withAppendFsync(aof.option()));
        try {
            return new BenchTarget(server.uri(), Optional.of(aof), partitions, Optional.of(server));
        } catch (RuntimeException failed) {
            server.close();
            throw failed;
        }
    }

    private static String describe(RedisCommands<String, String> server) {
        String info = server.info("server");
        boolean valkey = info.contains("valkey_version:");
        String field = valkey ? "valkey_version:" : "redis_version:";
        String version =
                info.lines()
                        .filter(line -> line.startsWith(field))
                        .map(line -> line.substring(field.length()))
                        .findFirst()
                        .orElse("of unknown version");
        return (valkey ? "Valkey " : "Redis ") + version;
    }

    /** The address as given, with the password. */
    String url() {
        return url;
    }

    RedisURI uri() {
        return uri;
    }

    /** Product and version, for reports. */
    String description() {
        return description;
    }

    Aof aof() {
        return aof;
    }

    /** How many partitions the floor and the product use, at least 1. */
    int partitions() {
        return partitions;
    }

    /** A namespace that nobody else uses; whoever writes into it removes what it wrote. */
    String namespace() {
        return namespace;
    }

    @Override
    public void close() {
        started.ifPresent(RedisServer::close);
    }
}
