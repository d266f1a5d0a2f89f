package dev.stepweir.embedded;

/** No Redis server could be started; the message says why and what to do about it. */
public final class RedisUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final String WAYS_OUT =
            """

            Ways out:
              - give the address of a running server (Redis 7.0 or newer, Valkey 7.2 or newer);
              - install redis-server or valkey-server so that it is on the PATH;
              - use Linux or macOS on amd64 or arm64, where a server comes bundled.\
            """;

    RedisUnavailableException(String reason) {
        super(reason + WAYS_OUT);
    }

    RedisUnavailableException(String reason, Throwable cause) {
        super(reason + WAYS_OUT, cause);
    }
}
