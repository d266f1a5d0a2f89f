package dev.stepweir.redis;

import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Gives each test a connection, and a namespace of its own. */
@WithRedis
public abstract class Connected {

    protected TestRedis server;
    protected Redis redis;
    protected Namespace namespace;

    private final int partitions;

    protected Connected() {
        this(Namespace.DEFAULT_PARTITIONS);
    }

    protected Connected(int partitions) {
        this.partitions = partitions;
    }

    @BeforeEach
    void connect(TestRedis server) {
        this.server = server;
        redis = Redis.connect(server.uri(), "test");
        namespace = Namespace.open(redis, server.namespace(), partitions);
    }

    @AfterEach
    void disconnect() {
        redis.close();
    }
}
