package dev.stepweir.testkit;

import dev.stepweir.embedded.RedisServer;
import dev.stepweir.embedded.RedisServerOptions;
import dev.stepweir.embedded.RedisServerOptions.Source;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.opentest4j.TestAbortedException;

/** The one server of this JVM and the one client; both end with the JUnit session. */
@SuppressWarnings("try")
final class SharedRedis implements AutoCloseable {

    private static final Pattern VERSION =
            Pattern.compile("(?:valkey_version|redis_version):(\\S+)");

    private final RedisClient client = RedisClient.create();
    private final RedisChoice choice = RedisChoice.fromSystemProperties();
    private Server server = new Server.NotStarted();

    private sealed interface Server {
        record NotStarted() implements Server {}

        record Missing(String why) implements Server {}

        record Running(String uri, String description, AutoCloseable owner) implements Server {}
    }

    RedisClient client() {
        return client;
    }

    /** Whether nobody but this JVM uses the server, so that its connections can be counted. */
    boolean isOurs() {
        return !(choice instanceof RedisChoice.Url);
    }

    String uri() {
        return running().uri();
    }

    String description() {
        return running().description();
    }

    /** Started on first use: a run of private servers only needs no shared one. */
    private synchronized Server.Running running() {
        if (server instanceof Server.NotStarted) {
            server = start();
        }
        return switch (server) {
            case Server.Running running -> running;
            case Server.Missing missing -> throw new TestAbortedException(missing.why());
            case Server.NotStarted _ -> throw new IllegalStateException("start() decides");
        };
    }

    private Server start() {
        Server started =
                switch (choice) {
                    case RedisChoice.Bundled _ -> ownServer(Source.BUNDLED);
                    case RedisChoice.Path _ -> ownServer(Source.PATH);
                    case RedisChoice.Url(String url) ->
                            new Server.Running(
                                    url, versionAt(url) + " (" + safe(url) + ")", () -> {});
                    case RedisChoice.Docker _ -> container();
                };
        switch (started) {
            case Server.Running running ->
                    System.out.println("[testkit] tests run on " + running.description());
            case Server.Missing missing -> System.out.println("[testkit] " + missing.why());
            case Server.NotStarted _ -> throw new IllegalStateException("start() decides");
        }
        return started;
    }

    private static Server ownServer(Source source) {
        RedisServer own = RedisServer.start(RedisServerOptions.forTests().withSources(source));
        return new Server.Running(own.uri(), own.description(), own);
    }

    private Server container() {
        return switch (ContainerRedis.start()) {
            case ContainerRedis.Answer.Started(String uri, String image, AutoCloseable owner) ->
                    new Server.Running(uri, versionAt(uri) + " (" + image + ")", owner);
            case ContainerRedis.Answer.NoEngine(String why) -> new Server.Missing(why);
        };
    }

    private String versionAt(String url) {
        RedisURI uri = RedisURI.create(url);
        uri.setTimeout(Duration.ofSeconds(5));
        try (StatefulRedisConnection<String, String> connection = client.connect(uri)) {
            String info = connection.sync().info("server");
            Matcher matcher = VERSION.matcher(info);
            String version = "?";
            while (matcher.find()) {
                version = matcher.group(1);
            }
            return (info.contains("valkey_version") ? "Valkey " : "Redis ") + version;
        }
    }

    private static String safe(String url) {
        return url.replaceFirst("//[^@/]*@", "//");
    }

    @Override
    public synchronized void close() throws Exception {
        client.shutdown(0, 2, TimeUnit.SECONDS);
        if (server instanceof Server.Running running) {
            running.owner().close();
        }
    }
}
