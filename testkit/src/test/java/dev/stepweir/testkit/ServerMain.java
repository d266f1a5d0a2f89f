package dev.stepweir.testkit;

import dev.stepweir.embedded.RedisServer;
import dev.stepweir.embedded.RedisServerOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** A JVM that starts servers, says "server <pid> <uri> <description>" of each, and stays. */
final class ServerMain {

    private ServerMain() {}

    /** Arguments: how many at once, in which order to look, and where to unpack. */
    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[0]);
        RedisServerOptions options =
                (args[1].equals("runtime")
                                ? RedisServerOptions.forRuntime()
                                : RedisServerOptions.forTests())
                        .withCacheDir(Path.of(args[2]));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<RedisServer>> servers =
                    IntStream.range(0, count)
                            .mapToObj(_ -> threads.submit(() -> RedisServer.start(options)))
                            .toList();
            for (Future<RedisServer> each : servers) {
                RedisServer server = each.get();
                System.out.println(
                        "server " + server.pid() + " " + server.uri() + " " + server.description());
            }
        }
        System.out.println("ready");
        new CountDownLatch(1).await();
    }
}
