package dev.stepweir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Compares threads and connections after a test with those before it. What is closing gets five
 * seconds to finish.
 */
final class LeakCheck {

    private static final Pattern OUR_THREAD = Pattern.compile("(?m)^#(\\d+) \"(stepweir-[^\"]*)\"");
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final Pattern CLIENT = Pattern.compile("(?m)^id=(\\d+) .*$");

    private final Set<String> threadsBefore;
    private final Optional<SharedRedis> server;
    private final Set<String> connectionsBefore;

    private LeakCheck(Optional<SharedRedis> server) {
        this.threadsBefore = threads();
        this.server = server;
        this.connectionsBefore =
                server.map(s -> connections(s).keySet()).map(HashSet::new).orElseGet(HashSet::new);
    }

    static LeakCheck ofThreads() {
        return new LeakCheck(Optional.empty());
    }

    static LeakCheck ofThreadsAndConnections(SharedRedis server) {
        return new LeakCheck(Optional.of(server));
    }

    /** Fails with a list of what was left behind. */
    void verify() {
        if (leaks().isEmpty()) {
            return;
        }
        await("the end of what the test has started")
                .atMost(GRACE)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(leaks()).as("left behind by the test").isEmpty());
    }

    private List<String> leaks() {
        List<String> found = new ArrayList<>();
        Set<String> threads = threads();
        threads.removeAll(threadsBefore);
        threads.forEach(t -> found.add("thread " + t));
        server.ifPresent(s -> {
            Map<String, String> open = connections(s);
            open.keySet().removeAll(connectionsBefore);
            new TreeSet<>(open.values()).forEach(line -> found.add("connection " + line));
        });
        return found;
    }

    /**
     * Our threads, virtual ones among them: those are only to be seen in a dump.
     *
     * @return "number name" of each
     */
    private static Set<String> threads() {
        try {
            Path dir = Files.createTempDirectory("threads-");
            Path dump = dir.resolve("dump");
            try {
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                        .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
                return OUR_THREAD
                        .matcher(Files.readString(dump))
                        .results()
                        .map(m -> m.group(1) + " " + m.group(2))
                        .collect(Collectors.toCollection(TreeSet::new));
            } finally {
                Files.deleteIfExists(dump);
                Files.delete(dir);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Client id to the server's line about it, without the connection that asks. */
    private static Map<String, String> connections(SharedRedis server) {
        try (StatefulRedisConnection<String, String> connection =
                server.client().connect(RedisURI.create(server.uri()))) {
            String own = String.valueOf(connection.sync().clientId());
            Matcher matcher = CLIENT.matcher(connection.sync().clientList());
            return matcher.results()
                    .filter(m -> !m.group(1).equals(own))
                    .collect(Collectors.toMap(m -> m.group(1), m -> m.group()));
        }
    }
}
