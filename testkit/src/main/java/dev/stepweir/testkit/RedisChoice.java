package dev.stepweir.testkit;

import java.util.Optional;

/** Which server the tests run against, as the person who runs them has chosen. */
sealed interface RedisChoice {

    record Bundled() implements RedisChoice {}

    record Path() implements RedisChoice {}

    record Url(String url) implements RedisChoice {}

    record Docker() implements RedisChoice {}

    static RedisChoice fromSystemProperties() {
        return parse(System.getProperty("redis", "bundled"), System.getProperty("redis.url", ""));
    }

    static RedisChoice parse(String kind, String url) {
        return switch (kind) {
            case "bundled" -> new Bundled();
            case "path" -> new Path();
            case "docker" -> new Docker();
            case "url" ->
                    Optional.of(url)
                            .filter(u -> !u.isBlank())
                            .map(Url::new)
                            .orElseThrow(() ->
                                    new IllegalArgumentException(
                                            "-Dredis=url needs -Dredis.url=redis://..."));
            default ->
                    throw new IllegalArgumentException(
                            "-Dredis must be bundled, path, url or docker, not " + kind);
        };
    }
}
