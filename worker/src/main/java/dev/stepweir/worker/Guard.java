package dev.stepweir.worker;

import dev.stepweir.breaker.Breaker;
import dev.stepweir.breaker.BreakerState;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.ParkStep;
import dev.stepweir.redis.script.TurnBreaker;
import dev.stepweir.redis.script.TurnBreaker.Event;
import dev.stepweir.redis.script.TurnBreaker.Outcome;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.StepError;
import dev.stepweir.workflow.BreakerPolicy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before every handler: asks whether the breaker of what it depends on lets the call pass,
 * parks the step if not, and tells the breaker how calls end. While all breakers are closed and
 * nothing fails it costs a look at memory per step. Thread-safe.
 */
final class Guard {

    private static final Logger log = LoggerFactory.getLogger(Guard.class);

    /** A probe that nobody hears of for so long is lost: as long as a lease. */
    private static final Duration PROBE_SILENCE = Duration.ofSeconds(25);

    private static final Duration PROBE_SIGN = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final Redis redis;
    private final String worker;
    private final Gates gates;
    private final LaneContext context;

    /** The probes that are made here. */
    private final Map<Assignment, BreakerPolicy> probes = new ConcurrentHashMap<>();

    Guard(Redis redis, String worker, Gates gates, LaneContext context) {
        this.redis = redis;
        this.worker = worker;
        this.gates = gates;
        this.context = context;
    }

    /** Knows the breakers from now on. */
    void start() {
        gates.start(context);
        context.schedule(this::holdProbes, PROBE_SIGN);
    }

    /** Whether the call may start without asking anybody. */
    boolean isOpenTo(Assignment work, BreakerPolicy policy) {
        if (gates.areQuiet() && work.ledgers().pass() == 0) {
            return true;
        }
        return !policy.enabled();
    }

    /** Whether the call may start; answers once that is certain, however long Redis is away. */
    CompletableFuture<Boolean> admits(Assignment work, BreakerPolicy policy) {
        long pass = work.ledgers().pass();
        CompletableFuture<Map<String, Breaker>> sure =
                gates.areFresh() && pass == 0
                        ? CompletableFuture.completedFuture(gates.known())
                        : gates.refresh();
        return sure.thenCompose(known -> admits(work, policy, known.get(policy.dependency())))
                .exceptionallyCompose(failure -> later(work, policy));
    }

    private CompletableFuture<Boolean> later(Assignment work, BreakerPolicy policy) {
        CompletableFuture<Void> pause = new CompletableFuture<>();
        context.schedule(() -> pause.complete(null), PATIENCE);
        return pause.thenCompose(over -> admits(work, policy));
    }

    private CompletableFuture<Boolean> admits(
            Assignment work, BreakerPolicy policy, @Nullable Breaker breaker) {
        if (breaker == null || breaker.state() != BreakerState.HALF_OPEN) {
            return CompletableFuture.completedFuture(
                    breaker == null || breaker.lets(work.ledgers().pass()));
        }
        if (!breaker.lets(work.ledgers().pass())) {
            return CompletableFuture.completedFuture(false);
        }
        return hold(work, policy)
                .thenApply(outcome -> {
                    if (outcome != Outcome.CHANGED) {
                        return false;
                    }
                    probes.put(work, policy);
                    return true;
                });
    }

    /** Puts a step aside whose call may not start, or was a probe that failed. */
    CompletableFuture<?> park(Assignment work, BreakerPolicy policy, @Nullable StepError error) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("step", work.step().step());
        details.put("dependency", policy.dependency());
        if (error != null) {
            details.put("probe_failed", error.type() + ": " + error.message());
        }
        ParkStep park =
                new ParkStep(
                        work.keys(),
                        work.step(),
                        work.expected(),
                        policy.dependency(),
                        HistoryEvent.record(HistoryEvent.PARKED, details));
        return park.runAsync(redis.scripts())
                .whenComplete((outcome, failure) -> {
                    if (failure != null) {
                        log.warn(
                                "not parked, handed back or reaped later: run={} step={}: {}",
                                work.step().run(),
                                work.step().step(),
                                failure.getMessage());
                    }
                });
    }

    /** A call succeeded. */
    void succeeded(Assignment work, BreakerPolicy policy) {
        if (probes.isEmpty() && gates.areQuiet()) {
            return;
        }
        Breaker breaker = gates.known().get(policy.dependency());
        boolean counts = breaker != null && breaker.state() == BreakerState.CLOSED;
        if (probes.remove(work) != null || (counts && policy.enabled())) {
            tell(work, policy, Event.SUCCEED, "");
        }
    }

    /** A call failed; true when it was a probe and the step is to be parked, not charged. */
    boolean failed(Assignment work, BreakerPolicy policy, StepError error) {
        boolean probe = probes.remove(work) != null;
        if (!policy.enabled()) {
            return false;
        }
        if (!error.retryable()) {
            if (probe) {
                tell(work, policy, Event.GIVE_UP_PROBE, "the probe ended without an answer");
            }
            return false;
        }
        tell(work, policy, Event.FAIL, error.type() + ": " + error.message());
        return probe;
    }

    /** An execution is over; if it was a probe and nothing was told, it was given up. */
    void ended(Assignment work) {
        BreakerPolicy policy = probes.remove(work);
        if (policy != null) {
            tell(work, policy, Event.GIVE_UP_PROBE, "the probe was given up");
        }
    }

    private void tell(Assignment work, BreakerPolicy policy, Event event, String why) {
        RedisFutures.onDone(
                turn(work, policy, event, policy.openFor(), why),
                (outcome, failure) -> {
                    if (failure != null || outcome == Outcome.FULL) {
                        log.warn(
                                "breaker {} was not told {}: {}",
                                policy.dependency(),
                                event,
                                failure == null ? "there are too many" : failure.getMessage());
                    }
                });
    }

    private CompletableFuture<Outcome> hold(Assignment work, BreakerPolicy policy) {
        return turn(work, policy, Event.HOLD_PROBE, PROBE_SILENCE, "");
    }

    private CompletableFuture<Outcome> turn(
            Assignment work, BreakerPolicy policy, Event event, Duration time, String why) {
        Keys keys = work.keys();
        return new TurnBreaker(
                        keys,
                        policy.dependency(),
                        event,
                        work.ledgers().pass(),
                        policy.failures(),
                        time,
                        worker + " " + work.step().letterId() + " " + work.dispatch(),
                        why)
                .runAsync(redis.scripts());
    }

    private void holdProbes() {
        probes.forEach((work, policy) -> RedisFutures.onDone(hold(work, policy), (o, f) -> {}));
        context.schedule(this::holdProbes, PROBE_SIGN);
    }
}
