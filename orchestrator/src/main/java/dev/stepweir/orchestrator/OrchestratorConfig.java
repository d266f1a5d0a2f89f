package dev.stepweir.orchestrator;

import dev.stepweir.text.Durations;
import java.time.Duration;

/**
 * How an orchestrator paces itself. The defaults suit production; nothing here changes what is
 * correct, only how soon it happens.
 *
 * @param inboxBlock longest wait of one read of the inbox; at most 4 s
 * @param inboxRescue how long an entry may lie with an orchestrator before another takes it
 * @param timerTick longest time between two looks at the timers
 * @param reconcilePause time between two pages of open runs that the reconciler looks at
 * @param reconcilePage runs on such a page, 1 to 1000
 * @param retention how long completed and cancelled runs are kept
 * @param failedRetention how long failed runs are kept
 * @param retentionPause time between two looks for runs to remove
 * @param beat time between two signs of life
 * @param handlerPatience how long workers live without one of them ever having had a step's
 *     handler, until the step is a dead letter
 */
public record OrchestratorConfig(
        Duration inboxBlock,
        Duration inboxRescue,
        Duration timerTick,
        Duration reconcilePause,
        int reconcilePage,
        Duration retention,
        Duration failedRetention,
        Duration retentionPause,
        Duration beat,
        Duration handlerPatience) {

    private static final Duration HANDLER_PATIENCE = Duration.ofSeconds(60);

    /** What an orchestrator does if nothing else is said. */
    public static final OrchestratorConfig DEFAULTS =
            new OrchestratorConfig(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5),
                    Duration.ofMillis(50),
                    Duration.ofMillis(200),
                    200,
                    Duration.ofDays(7),
                    Duration.ofDays(30),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(5));

    /** With the usual patience for handlers that nobody has. */
    public OrchestratorConfig(
            Duration inboxBlock,
            Duration inboxRescue,
            Duration timerTick,
            Duration reconcilePause,
            int reconcilePage,
            Duration retention,
            Duration failedRetention,
            Duration retentionPause,
            Duration beat) {
        this(
                inboxBlock,
                inboxRescue,
                timerTick,
                reconcilePause,
                reconcilePage,
                retention,
                failedRetention,
                retentionPause,
                beat,
                HANDLER_PATIENCE);
    }

    public OrchestratorConfig {
        positive("handlerPatience", handlerPatience);
        positive("inboxBlock", inboxBlock);
        positive("inboxRescue", inboxRescue);
        positive("timerTick", timerTick);
        positive("reconcilePause", reconcilePause);
        positive("retentionPause", retentionPause);
        positive("beat", beat);
        if (inboxBlock.compareTo(Duration.ofSeconds(4)) > 0) {
            throw new IllegalArgumentException(
                    "inboxBlock must be at most 4 s, or its reply counts as lost, found "
                            + Durations.text(inboxBlock));
        }
        if (reconcilePage < 1 || reconcilePage > 1000) {
            throw new IllegalArgumentException(
                    "reconcilePage must be in 1..1000, found " + reconcilePage);
        }
        if (retention.isNegative() || failedRetention.isNegative()) {
            throw new IllegalArgumentException(
                    "retention and failed-retention must not be negative, found "
                            + Durations.text(retention)
                            + " and "
                            + Durations.text(failedRetention));
        }
    }

    private static void positive(String name, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(
                    name + " must be at least 1 ms, found " + Durations.text(value));
        }
    }

    /** The same with other times of keeping finished runs. */
    public OrchestratorConfig withRetention(Duration finished, Duration failed) {
        return new OrchestratorConfig(
                inboxBlock,
                inboxRescue,
                timerTick,
                reconcilePause,
                reconcilePage,
                finished,
                failed,
                retentionPause,
                beat,
                handlerPatience);
    }

    /** The same with another patience for handlers that nobody has. */
    public OrchestratorConfig withHandlerPatience(Duration patience) {
        return new OrchestratorConfig(
                inboxBlock,
                inboxRescue,
                timerTick,
                reconcilePause,
                reconcilePage,
                retention,
                failedRetention,
                retentionPause,
                beat,
                patience);
    }
}
