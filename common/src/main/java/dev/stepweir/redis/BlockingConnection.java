package dev.stepweir.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.UnblockType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.net.SocketAddress;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection for commands that wait, which hold up whatever else is sent on it. Another
 * connection can end the wait. Thread-safe.
 */
public final class BlockingConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(BlockingConnection.class);

    private final Redis redis;
    private final StatefulRedisConnection<byte[], byte[]> connection;

    // Guarded by this. What the server calls this connection may be another's after it was lost.
    private OptionalLong id = OptionalLong.empty();
    private int losses;

    private BlockingConnection(Redis redis, StatefulRedisConnection<byte[], byte[]> connection) {
        this.redis = redis;
        this.connection = connection;
    }

    /** A connection of the caller's own; the caller closes it. */
    public static BlockingConnection open(Redis redis) {
        BlockingConnection opened = new BlockingConnection(redis, redis.openConnection());
        try {
            opened.connection.addListener(opened.new Listener());
            RedisFutures.join(opened.askForId());
            return opened;
        } catch (RuntimeException refused) {
            opened.close();
            throw refused;
        }
    }

    private CompletionStage<Void> askForId() {
        int asked = losses();
        return connection.async().clientId().thenAccept(answer -> called(answer, asked));
    }

    private synchronized void called(long answer, int asked) {
        if (asked == losses) {
            id = OptionalLong.of(answer);
        }
    }

    private synchronized void lost() {
        losses++;
        id = OptionalLong.empty();
    }

    private synchronized int losses() {
        return losses;
    }

    private synchronized OptionalLong id() {
        return id;
    }

    public RedisAsyncCommands<byte[], byte[]> commands() {
        return connection.async();
    }

    /**
     * Whatever waits comes back soon, as if its time had passed. Does nothing while the connection
     * is lost, and until the server has said how it calls a new one. Never throws: what waits comes
     * back by itself as well.
     */
    public void endWait() {
        try {
            id().ifPresent(this::unblock);
        } catch (RuntimeException closing) {
            log.debug("nobody is woken", closing);
        }
    }

    private void unblock(long client) {
        redis.commands()
                .clientUnblock(client, UnblockType.TIMEOUT)
                .whenComplete((ended, failure) ->
                        log.debug("client {} woken: {}", client, ended, failure));
    }

    @Override
    public void close() {
        connection.close();
    }

    private final class Listener implements RedisConnectionStateListener {

        @Override
        public void onRedisConnected(RedisChannelHandler<?, ?> again, SocketAddress address) {
            var unused = askForId();
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> lost) {
            lost();
        }
    }
}
