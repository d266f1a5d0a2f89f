package dev.stepweir.workflow;

import java.time.Duration;

/**
 * Under which circuit breaker a step runs. Steps of one dependency share it, in whatever workflow
 * they are.
 *
 * @param dependency what the step's handler calls; the handler's name if not said
 * @param failures in succession that open the breaker, 1 to 1000
 * @param openFor how long it stays open before a probe is made, 1 ms to 30 days
 */
public record BreakerPolicy(String dependency, int failures, Duration openFor) {

    public static final int DEFAULT_FAILURES = 5;

    public static final Duration DEFAULT_OPEN_FOR = Duration.ofSeconds(60);

    static final int MOST_FAILURES = 1_000;

    /** Opened by five failures in succession, for a minute. */
    public static BreakerPolicy of(String dependency) {
        return new BreakerPolicy(dependency, DEFAULT_FAILURES, DEFAULT_OPEN_FOR);
    }

    /** Adds what is wrong with it. */
    void check(String field, Faults faults) {
        Names.check(field + ".dependency", dependency, faults);
        if (failures < 1 || failures > MOST_FAILURES) {
            faults.add(
                    field + ".failures",
                    String.valueOf(failures),
                    "1 to " + MOST_FAILURES,
                    "is out of range");
        }
        faults.checkTime(field + ".open_ms", openFor, Duration.ofMillis(1));
    }
}
