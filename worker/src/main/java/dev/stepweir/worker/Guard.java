package dev.stepweir.worker;

import dev.stepweir.breaker.Breaker;
import dev.stepweir.breaker.BreakerState;
import dev.stepweir.breaker.FailureRates;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.once.Persistence;
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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before the handlers of steps that declare a circuit breaker: asks whether it lets the call
 * pass, parks the step if not, and tells the breaker how calls end. Asked by the execution's own
 * thread, so that a step that waits for an answer is in hand like any other. Thread-safe.
 */
final class Guard implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Guard.class);

    /** A probe that nobody hears of for so long is lost: as long as a lease. */
    private static final Duration PROBE_SILENCE = Duration.ofSeconds(25);

    private static final Duration PROBE_SIGN = Duration.ofSeconds(5);

    private final Redis redis;
    private final String worker;
    private final Gates gates;
    private final LaneContext context;

    private final FailureRates rates = new FailureRates();

    /** The probes that are made here. */
    private final Map<Assignment, Probe> probes = new ConcurrentHashMap<>();

    /** A probe speaks to the state in which it was begun, whatever had let its step through. */
    private record Probe(BreakerPolicy policy, long epoch) {}

    Guard(Redis redis, String worker, Gates gates, LaneContext context) {
        this.redis = redis;
        this.worker = worker;
        this.gates = gates;
        this.context = context;
    }

    /**
     * Whether the call may start; answers once that is certain, however long Redis is away.
     *
     * @throws InterruptedException when the execution was given up meanwhile
     */
    boolean admits(Assignment work, BreakerPolicy policy) throws InterruptedException {
        return Persistence.ask(() -> ask(work, policy));
    }

    private boolean ask(Assignment work, BreakerPolicy policy) {
        gates.open(context.background());
        long pass = work.ledgers().pass();
        // A pass speaks of a state that this worker may not have heard of yet.
        Map<String, Breaker> sure =
                pass == 0 && gates.areFresh() ? gates.known() : RedisFutures.join(gates.refresh());
        Breaker breaker = sure.get(policy.dependency());
        if (breaker == null) {
            return true;
        }
        if (breaker.state() != BreakerState.HALF_OPEN) {
            return breaker.lets(pass);
        }
        Probe probe = new Probe(policy, breaker.epoch());
        if (!breaker.mayProbe(work.step().letterId())
                || RedisFutures.join(hold(work, probe)) != Outcome.CHANGED) {
            return false;
        }
        probes.put(work, probe);
        var unused = context.background().schedule(() -> holdAgain(work), PROBE_SIGN);
        return true;
    }

    /**
     * Puts a step aside.
     *
     * @param error why it failed, if it was a probe that did
     */
    CompletableFuture<?> park(Assignment work, BreakerPolicy policy, Optional<StepError> error) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("step", work.step().step());
        details.put("dependency", policy.dependency());
        error.ifPresent(why -> details.put("probe_failed", why.type() + ": " + why.message()));
        ParkStep park =
                new ParkStep(
                        work.keys(),
                        worker,
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
        Breaker breaker = gates.known().get(policy.dependency());
        boolean closed = breaker == null || breaker.state() == BreakerState.CLOSED;
        Probe probe = probes.remove(work);
        if (probe != null || (closed && breaker != null)) {
            tell(work, policy, epoch(work, probe), Event.SUCCEED, "");
        }
        if (closed) {
            rate(work, policy, true, "");
        } else {
            rates.forget(policy.dependency());
        }
    }

    /** A call failed; true when it was a probe and the step is to be parked, not charged. */
    boolean failed(Assignment work, BreakerPolicy policy, StepError error) {
        Probe probe = probes.remove(work);
        String why = error.type() + ": " + error.message();
        if (speaksOfOutage(error)) {
            tell(work, policy, epoch(work, probe), Event.FAIL, why);
            rate(work, policy, false, ", the last one " + why);
            return probe != null;
        }
        if (probe != null) {
            tell(work, policy, probe.epoch, Event.GIVE_UP_PROBE, "the probe says nothing: " + why);
        }
        return false;
    }

    private void rate(Assignment work, BreakerPolicy policy, boolean success, String more) {
        if (rates.areTooHighAfter(policy.dependency(), success)) {
            String why = "half of the last " + FailureRates.WINDOW + " calls of a worker failed";
            tell(work, policy, 0, Event.TRIP, why + more);
        }
    }

    /** One that asks to be called less often answers, and so does one that refuses for good. */
    private static boolean speaksOfOutage(StepError error) {
        return error.retryable() && error.category() != FailureCategory.RATE_LIMIT;
    }

    /** An execution is over; if it was a probe and nothing was told, it was given up. */
    void ended(Assignment work) {
        Probe probe = probes.remove(work);
        if (probe != null) {
            tell(work, probe.policy, probe.epoch, Event.GIVE_UP_PROBE, "the probe was given up");
        }
    }

    private static long epoch(Assignment work, @Nullable Probe probe) {
        return probe == null ? work.ledgers().pass() : probe.epoch;
    }

    private void tell(Assignment work, BreakerPolicy policy, long epoch, Event event, String why) {
        RedisFutures.onDone(
                turn(work, new Probe(policy, epoch), event, policy.openFor(), worker, why),
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

    /** In the step's name: whoever gets it after a crash goes on with the probe. */
    private CompletableFuture<Outcome> hold(Assignment work, Probe probe) {
        String step = work.step().letterId();
        return turn(work, probe, Event.HOLD_PROBE, PROBE_SILENCE, step, "");
    }

    private void holdAgain(Assignment work) {
        Probe probe = probes.get(work);
        if (probe != null) {
            RedisFutures.onDone(hold(work, probe), (outcome, failure) -> {});
            var unused = context.background().schedule(() -> holdAgain(work), PROBE_SIGN);
        }
    }

    private CompletableFuture<Outcome> turn(
            Assignment work, Probe of, Event event, Duration time, String by, String why) {
        return new TurnBreaker(
                        work.keys(),
                        of.policy.dependency(),
                        event,
                        of.epoch,
                        of.policy.failures(),
                        time,
                        by,
                        why)
                .runAsync(redis.scripts());
    }

    @Override
    public void close() {
        gates.close();
    }
}
