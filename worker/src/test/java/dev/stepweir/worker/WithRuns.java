package dev.stepweir.worker;

import dev.stepweir.testkit.TestRedis;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the tests of a worker share: runs on the test's own server, and workers of its namespace.
 */
abstract class WithRuns {

    /** Runs of the test's own namespace. */
    Runs runs;

    private TestRedis server;

    @BeforeEach
    void connect(TestRedis redis) {
        server = redis;
        runs = new Runs(redis.uri(), redis.namespace());
    }

    @AfterEach
    void disconnect() {
        runs.close();
    }

    /** A worker of this namespace that has no handlers yet. */
    Worker.Builder worker() {
        return Worker.builder().redis(server.uri()).namespace(server.namespace());
    }
}
