package dev.stepweir.cli.role;

import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import java.util.function.Consumer;

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

        /**
         * Makes one.
         *
         * @param ended to be told if it ends by itself
         */
        Role start(Redis redis, Namespace namespace, Consumer<ExitCode> ended);
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
