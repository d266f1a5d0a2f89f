package dev.stepweir.breaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The last calls of this worker by dependency, while its breaker is closed: a dependency that fails
 * every other time never fails five times in succession, and is as little use. Thread-safe.
 */
public final class FailureRates {

    /** Calls that are looked at; with fewer nothing is said. */
    public static final int WINDOW = 20;

    private static final CircuitBreakerConfig HALF =
            CircuitBreakerConfig.custom()
                    .slidingWindow(WINDOW, WINDOW, SlidingWindowType.COUNT_BASED)
                    .failureRateThreshold(50)
                    .build();

    private static final Exception FAILURE = new Exception("a call failed");

    private final Map<String, CircuitBreaker> windows = new ConcurrentHashMap<>();

    /** Adds a call; true when half of the last ones failed, and it begins anew then. */
    public boolean areTooHighAfter(String dependency, boolean success) {
        CircuitBreaker window =
                windows.computeIfAbsent(dependency, name -> CircuitBreaker.of(name, HALF));
        if (success) {
            window.onSuccess(0, TimeUnit.NANOSECONDS);
        } else {
            window.onError(0, TimeUnit.NANOSECONDS, FAILURE);
        }
        boolean tooHigh = window.getState() != CircuitBreaker.State.CLOSED;
        if (tooHigh) {
            windows.remove(dependency, window);
        }
        return tooHigh;
    }

    /** What was before an outage says nothing of what comes after it. */
    public void forget(String dependency) {
        windows.remove(dependency);
    }
}
