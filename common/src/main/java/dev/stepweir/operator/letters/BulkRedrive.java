package dev.stepweir.operator.letters;

import dev.stepweir.redis.script.RedriveStep;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * How many dead letters are put back to work at once.
 *
 * @param pace how fast
 * @param atMost no more than so many
 * @param dryRun only count
 * @param progress told after each letter that was looked at
 */
public record BulkRedrive(Pace pace, long atMost, boolean dryRun, Consumer<Done> progress) {

    public BulkRedrive {
        if (atMost < 1) {
            throw new IllegalArgumentException("a limit must be at least 1, found " + atMost);
        }
    }

    /** Everything that fits, at a pace. */
    public static BulkRedrive at(Pace pace) {
        return new BulkRedrive(pace, Long.MAX_VALUE, false, done -> {});
    }

    /**
     * What has been done so far.
     *
     * @param before when it began, or the filter's own limit if that is earlier: who was
     *     interrupted goes on with this limit, and does not meet again what died once more since
     * @param seen letters looked at, whether they fit or not
     * @param published steps put back to work, or that would be
     * @param notDead letters of steps that are on their way already
     * @param refused letters of steps whose run was cancelled, or is gone, or has lost its
     *     definition
     * @param unreadable entries that are no letters, or of another version: they are left alone
     */
    public record Done(
            Instant before,
            long seen,
            long published,
            long notDead,
            long refused,
            long unreadable) {

        static Done nothing(Instant before) {
            return new Done(before, 0, 0, 0, 0, 0);
        }

        Done and(RedriveStep.Outcome outcome) {
            return switch (outcome) {
                case PUBLISHED -> counted(published + 1, notDead, refused);
                case ALREADY -> counted(published, notDead + 1, refused);
                case RUN_CLOSED, GONE -> counted(published, notDead, refused + 1);
            };
        }

        private Done counted(long publishedNow, long notDeadNow, long refusedNow) {
            return new Done(before, seen, publishedNow, notDeadNow, refusedNow, unreadable);
        }

        /** What was looked at besides those whose outcome is counted. */
        Done seen(long seenNow, long unreadableNow) {
            return new Done(before, seenNow, published, notDead, refused, unreadableNow);
        }
    }
}
