package dev.stepweir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Compares threads and connections after a test with those before it. What is closing gets two
 * seconds to finish.
 */
final class LeakCheck {

    private static final String THREAD_PREFIX = "stepweir-";
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Pattern CLIENT = Pattern.compile("(?m)^id=(\\d+) .*$");

    private final Set<Thread> threadsBefore;
    private final Optional<SharedRedis> server;
    private final Set<String> connectionsBefore;

    private LeakCheck(Optional<SharedRedis> server) {
        this.threadsBefore = new HashSet<>(threads());
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
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(leaks()).as("left behind by the test").isEmpty());
    }

    private List<String> leaks() {
        List<String> found = new ArrayList<>();
        Set<Thread> threads = threads();
        threads.removeAll(threadsBefore);
        threads.forEach(t -> found.add("thread " + t.getName()));
        server.ifPresent(
                s -> {
                    var open = connections(s);
                    open.keySet().removeAll(connectionsBefore);
                    new TreeSet<>(open.values()).forEach(line -> found.add("connection " + line));
                });
        return found;
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith(THREAD_PREFIX))
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** Client id to the server's line about it, without the connection that asks. */
    private static java.util.Map<String, String> connections(SharedRedis server) {
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
