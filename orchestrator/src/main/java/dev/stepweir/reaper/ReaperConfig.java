package dev.stepweir.reaper;

import dev.stepweir.redis.LeaseTerms;
import dev.stepweir.run.Ledgers;
import dev.stepweir.text.Durations;
import java.time.Duration;

/**
 * When a reaper takes something back.
 *
 * @param pause time between two looks
 * @param lease idle time after which an entry is taken back; longer than three heartbeats
 * @param silence time without a heartbeat after which a worker counts as dead; longer than three
 *     heartbeats
 * @param heartbeat how often the workers renew what they hold
 * @param crashBudget how many workers one step may take with it before it becomes a dead letter;
 *     below three a step may be blamed for what another did beside it
 * @param crashDelay how long a step waits after its second crash; twice as long after each further
 *     one, an hour at most
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
        Duration crashDelay,
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
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(5));

    private static final Duration LONGEST_CRASH_DELAY = Duration.ofHours(1);
    private static final Duration USUAL_GAP = Duration.ofSeconds(1);

    public ReaperConfig {
        positive("look-every", pause);
        positive("heartbeat", heartbeat);
        positive("beat", beat);
        LeaseTerms.check("lease", lease, heartbeat);
        LeaseTerms.check("silence", silence, heartbeat);
        Duration mostPause = lease.minus(heartbeat.multipliedBy(2)).dividedBy(2);
        if (pause.compareTo(mostPause) > 0) {
            throw new IllegalArgumentException(
                    "look-every must be at most half of what a lease has beyond two heartbeats = "
                            + mostPause.toMillis()
                            + " ms, found "
                            + pause.toMillis()
                            + " ms: each look would count as the first after a gap");
        }
        if (crashBudget < 1) {
            throw new IllegalArgumentException(
                    "crash-budget must be at least 1, found " + crashBudget);
        }
        if (crashDelay.isNegative()) {
            throw new IllegalArgumentException(
                    "crashDelay must not be negative, found " + Durations.text(crashDelay));
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
            throw new IllegalArgumentException(
                    name + " must be at least 1 ms, found " + Durations.text(value));
        }
    }

    /**
     * Time without a look that counts as a gap. Short enough that a pause of Redis which is no gap
     * lets no lease lapse whose worker beats: it has two beats left.
     */
    Duration gap() {
        Duration looks = pause.multipliedBy(3);
        Duration wanted = looks.compareTo(USUAL_GAP) < 0 ? USUAL_GAP : looks;
        Duration most = lease.minus(heartbeat.multipliedBy(2));
        return wanted.compareTo(most) < 0 ? wanted : most;
    }

    /** How long a step waits that has crashed so often; zero after the first time. */
    Duration delayAfter(int crashes) {
        if (crashes < Ledgers.SUSPECT_FROM) {
            return Duration.ZERO;
        }
        int doublings = Math.min(crashes - Ledgers.SUSPECT_FROM, 20);
        Duration delay = crashDelay.multipliedBy(1L << doublings);
        return delay.compareTo(LONGEST_CRASH_DELAY) < 0 ? delay : LONGEST_CRASH_DELAY;
    }

    /** The same with another crash budget. */
    public ReaperConfig withCrashBudget(int crashes) {
        return new ReaperConfig(
                pause, lease, silence, heartbeat, crashes, crashDelay, forgetAfter, beat);
    }

    /** The same with another delay after the second crash. */
    public ReaperConfig withCrashDelay(Duration newDelay) {
        return new ReaperConfig(
                pause, lease, silence, heartbeat, crashBudget, newDelay, forgetAfter, beat);
    }

    /** The same with another lease and silence, for workers with another heartbeat. */
    public ReaperConfig timed(Duration newLease, Duration newHeartbeat, Duration newPause) {
        Duration twice = newLease.multipliedBy(2);
        return new ReaperConfig(
                newPause,
                newLease,
                newLease,
                newHeartbeat,
                crashBudget,
                crashDelay,
                forgetAfter.compareTo(twice) < 0 ? twice : forgetAfter,
                beat);
    }
}
