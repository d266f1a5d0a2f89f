package dev.stepweir.reaper;

import java.time.Duration;

/**
 * When a reaper takes something back.
 *
 * @param pause time between two looks
 * @param lease idle time after which an entry is taken back; at least three heartbeats
 * @param silence time without a heartbeat after which a worker counts as dead; at least three
 *     heartbeats
 * @param heartbeat how often the workers renew what they hold
 * @param crashBudget how many workers one step may take with it before it becomes a dead letter
 * @param forgetAfter time without a heartbeat after which a worker that holds nothing is forgotten;
 *     longer than {@code silence}
 * @param beat time between two signs of life of the reaper itself
 */
public record ReaperConfig(
        Duration pause,
        Duration lease,
        Duration silence,
        Duration heartbeat,
        int crashBudget,
        Duration forgetAfter,
        Duration beat) {

    /** What a reaper does if nothing else is said. */
    public static final ReaperConfig DEFAULTS =
            new ReaperConfig(
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(25),
                    Duration.ofSeconds(25),
                    Duration.ofSeconds(8),
                    3,
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(5));

    private static final int HEARTBEATS_PER_LEASE = 3;

    public ReaperConfig {
        positive("pause", pause);
        positive("heartbeat", heartbeat);
        positive("beat", beat);
        threeHeartbeats("lease", lease, heartbeat);
        threeHeartbeats("silence", silence, heartbeat);
        if (crashBudget < 1) {
            throw new IllegalArgumentException(
                    "crashBudget must be at least 1, found " + crashBudget);
        }
        if (forgetAfter.compareTo(silence) <= 0) {
            throw new IllegalArgumentException(
                    "forgetAfter must be longer than silence ("
                            + silence.toMillis()
                            + " ms), found "
                            + forgetAfter.toMillis()
                            + " ms: a worker would be forgotten before it counts as dead");
        }
    }

    private static void positive(String name, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(name + " must be at least 1 ms, found " + value);
        }
    }

    private static void threeHeartbeats(String name, Duration value, Duration heartbeat) {
        Duration least = heartbeat.multipliedBy(HEARTBEATS_PER_LEASE);
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException(
                    name
                            + " must be at least three heartbeats of "
                            + heartbeat.toMillis()
                            + " ms = "
                            + least.toMillis()
                            + " ms, found "
                            + value.toMillis()
                            + " ms: steps would be taken from workers that are alive");
        }
    }

    /** The same with another lease and silence for workers with another heartbeat. */
    public ReaperConfig withLease(Duration newLease, Duration newHeartbeat) {
        return new ReaperConfig(
                pause, newLease, newLease, newHeartbeat, crashBudget, forgetAfter, beat);
    }
}
