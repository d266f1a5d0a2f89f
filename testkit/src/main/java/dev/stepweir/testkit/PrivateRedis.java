package dev.stepweir.testkit;

import dev.stepweir.embedded.RedisServer;
import dev.stepweir.embedded.RedisServerOptions;
import dev.stepweir.embedded.RedisServerOptions.Source;

/**
 * A server that belongs to one test, which may do to it whatever happens to servers. Safe for use
 * by several threads.
 */
public final class PrivateRedis implements AutoCloseable {

    private final RedisServer server;

    private PrivateRedis(RedisServer server) {
        this.server = server;
    }

    /** Starts the bundled server, or the installed one under {@code -Dredis=path}. */
    public static PrivateRedis start() {
        return start(RedisServerOptions.forTests());
    }

    /** Starts a server with these options; {@code -Dredis=path} replaces their sources. */
    public static PrivateRedis start(RedisServerOptions options) {
        boolean installed = RedisChoice.fromSystemProperties() instanceof RedisChoice.Path;
        return new PrivateRedis(
                RedisServer.start(installed ? options.withSources(Source.PATH) : options));
    }

    /** The address with the password; the same after a restart. */
    public String uri() {
        return server.uri();
    }

    /** Product, version and origin. */
    public String description() {
        return server.description();
    }

    /** The port on 127.0.0.1; the same after a restart. */
    public int port() {
        return server.port();
    }

    /** The server's process. */
    public long pid() {
        return server.pid();
    }

    /** Stops it in good order. */
    public void stop() {
        server.stop();
    }

    /** Kills it (SIGKILL). */
    public void kill() {
        server.kill();
    }

    /** Starts it again after a stop or kill: same port, same password, same files. */
    public void startAgain() {
        server.startAgain();
    }

    /** Stops and starts it: same port, same password, same files. */
    public void restart() {
        server.restart();
    }

    /** Halts it where it stands (SIGSTOP): connections stay open and nothing answers. */
    public void pause() {
        Signals.send("STOP", server.pid());
    }

    /** Lets it go on (SIGCONT). */
    public void resume() {
        Signals.send("CONT", server.pid());
    }

    /** Ends it, paused or not, and deletes its files. */
    @Override
    public void close() {
        server.close();
    }
}
