package dev.stepweir.cli.role;

import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;

/**
 * A part of the system that runs until it is closed; closing lets it finish what it has in hand.
 */
interface Role extends AutoCloseable {

    /** Under which name it shows its sign of life. */
    String id();

    @Override
    void close();

    /** Makes one. */
    interface Starter {
        Role start(Redis redis, Namespace namespace);
    }

    /** A role from its two parts. */
    static Role of(String id, Runnable close) {
        return new Role() {
            @Override
            public String id() {
                return id;
            }

            @Override
            public void close() {
                close.run();
            }
        };
    }
}
