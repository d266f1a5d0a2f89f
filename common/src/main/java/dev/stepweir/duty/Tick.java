package dev.stepweir.duty;

import dev.stepweir.text.Durations;
import java.time.Duration;

/**
 * What one portion of work says about the next.
 *
 * @param pause how long to wait before it; zero for at once
 */
public record Tick(Duration pause) {

    /** There may be more to do: come again at once. */
    public static final Tick AGAIN = new Tick(Duration.ZERO);

    public Tick {
        if (pause.isNegative()) {
            throw new IllegalArgumentException(
                    "pause must not be negative, found " + Durations.text(pause));
        }
    }

    /** Come again after this time. */
    public static Tick after(Duration pause) {
        return new Tick(pause);
    }
}
