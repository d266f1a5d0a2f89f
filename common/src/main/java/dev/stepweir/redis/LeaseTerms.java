package dev.stepweir.redis;

import dev.stepweir.json.Json;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Checks settings of one process against those of others: a reaper must not take steps back from
 * workers that are alive, so a lease lasts for more than three of their heartbeats. Who starts last
 * is refused.
 */
public final class LeaseTerms {

    /** The field of {@link Keys#reaper()} that says how long a lease is. */
    private static final String LEASE_FIELD = "lease_millis";

    /** The field of a worker's record that says how often it beats. */
    public static final String HEARTBEAT_FIELD = "heartbeat_ms";

    private static final int HEARTBEATS_PER_LEASE = 3;

    /** Who was silent for longer has no say. */
    private static final Duration RECENT = Duration.ofSeconds(30);

    private LeaseTerms() {}

    /**
     * Refuses a lease, or another such time, that is no longer than three heartbeats.
     *
     * @param name what the setting is called
     * @throws IllegalArgumentException saying what would be allowed
     */
    public static void check(String name, Duration value, Duration heartbeat) {
        Duration least = heartbeat.multipliedBy(HEARTBEATS_PER_LEASE);
        if (value.compareTo(least) <= 0) {
            throw new IllegalArgumentException(
                    ("%s must be longer than three heartbeats of %d ms = %d ms, found %d ms:"
                                    + " steps would be taken from workers that are alive")
                            .formatted(
                                    name,
                                    heartbeat.toMillis(),
                                    least.toMillis(),
                                    value.toMillis()));
        }
    }

    /**
     * Checks a worker's heartbeat against the lease of the reapers that look now.
     *
     * @throws IllegalArgumentException saying what would be allowed
     */
    public static void checkWorker(Redis redis, Namespace namespace, Duration heartbeat) {
        Keys keys = namespace.keys(0);
        long now = RedisTime.millis(redis);
        byte[] reaper = Bytes.of(keys.reaper());
        Optional<Long> tick = number(redis, reaper, "tick");
        Optional<Long> lease = number(redis, reaper, LEASE_FIELD);
        if (lease.isPresent() && tick.isPresent() && now - tick.get() <= RECENT.toMillis()) {
            long most = (lease.get() - 1) / HEARTBEATS_PER_LEASE;
            if (heartbeat.toMillis() > most) {
                throw new IllegalArgumentException(
                        ("heartbeat must be at most %d ms, since the reapers of namespace '%s'"
                                        + " take back after %d ms, found %d ms: steps would be"
                                        + " taken from this worker while it is alive")
                                .formatted(
                                        most, namespace.name(), lease.get(), heartbeat.toMillis()));
            }
        }
    }

    /**
     * Checks a reaper's lease against the heartbeats of the workers that are alive.
     *
     * @throws IllegalArgumentException naming a worker, and what would be allowed
     */
    public static void checkReaper(Redis redis, Namespace namespace, Duration lease) {
        Keys keys = namespace.keys(0);
        long now = RedisTime.millis(redis);
        RedisFutures.join(redis.commands().hgetall(Bytes.of(keys.workerRecords())))
                .forEach((id, record) -> {
                    byte[] beats = Bytes.of(keys.workerBeats());
                    Double beat = RedisFutures.join(redis.commands().zscore(beats, id));
                    JsonNode heartbeat = Json.treeIfAny(record).path(HEARTBEAT_FIELD);
                    if (beat != null && now - beat <= RECENT.toMillis() && heartbeat.isNumber()) {
                        check(
                                "lease, beside worker " + Bytes.text(id) + ",",
                                lease,
                                Duration.ofMillis(heartbeat.asLong()));
                    }
                });
    }

    private static Optional<Long> number(Redis redis, byte[] key, String field) {
        return Optional.ofNullable(RedisFutures.join(redis.commands().hget(key, Bytes.of(field))))
                .map(Bytes::text)
                .map(Long::parseLong);
    }
}
