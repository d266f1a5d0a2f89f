package dev.stepweir.redis;

import io.lettuce.core.RedisCommandExecutionException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A time without Redis as it is told to people: one line each time that it is looked for, and one
 * when it is back. Used by one thread at a time.
 */
public final class Outage {

    private static final List<Duration> PAUSES =
            List.of(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(8),
                    Duration.ofSeconds(10));

    private final String address;
    private final Consumer<String> voice;
    private final long since = System.nanoTime();
    private int looks;

    /**
     * An outage that may turn out to be none: nothing is said before {@link #stillAway}.
     *
     * @param address as it may be shown
     * @param voice gets the lines
     */
    public Outage(String address, Consumer<String> voice) {
        this.address = address;
        this.voice = voice;
    }

    /** Redis was looked for in vain: says so, and returns when to look again. */
    public Duration stillAway(Throwable why) {
        Duration pause = PAUSES.get(Math.min(looks, PAUSES.size() - 1));
        looks++;
        Throwable reason = innermost(why);
        voice.accept(
                "Redis at %s %s (%s); next try in %d s"
                        .formatted(
                                address,
                                reason instanceof RedisCommandExecutionException
                                        ? "cannot be used"
                                        : "is away",
                                text(reason),
                                pause.toSeconds()));
        return pause;
    }

    /** Redis answers; says so if it was ever said to be away. */
    public void over() {
        if (hasBegun()) {
            double seconds = (System.nanoTime() - since) / 1e9;
            voice.accept(String.format(Locale.ROOT, "Redis is back after %.1f s", seconds));
        }
    }

    boolean hasBegun() {
        return looks > 0;
    }

    /** The innermost message of a failure: the outer ones only say that connecting failed. */
    public static String reason(Throwable failure) {
        return text(innermost(failure));
    }

    private static Throwable innermost(Throwable failure) {
        Throwable inner = failure;
        while (inner.getCause() != null && !inner.getCause().equals(inner)) {
            inner = inner.getCause();
        }
        return inner;
    }

    private static String text(Throwable failure) {
        if (failure instanceof ClosedChannelException) {
            // Never has a message, and the name of its class says nothing to people.
            return "the connection was closed";
        }
        String message = failure.getMessage();
        return message == null
                ? failure.getClass().getSimpleName()
                : Redis.withoutPassword(message).replaceAll("\\s+", " ");
    }
}
