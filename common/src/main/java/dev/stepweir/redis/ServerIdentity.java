package dev.stepweir.redis;

import java.util.stream.Collectors;

/** Names the Redis server that answers: another name after a restart or a change of master. */
public final class ServerIdentity {

    private ServerIdentity() {}

    /** The server's run id; waits for it. */
    public static String of(Redis redis) {
        String info = RedisFutures.join(redis.commands().info("server"));
        return info.lines()
                .filter(line -> line.startsWith("run_id:"))
                .map(line -> line.substring("run_id:".length()).strip())
                .collect(Collectors.joining());
    }
}
