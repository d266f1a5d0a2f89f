package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;
import java.time.Duration;
import java.util.Locale;

/**
 * Tells a breaker what happened. A failure that is told again after a lost reply counts twice;
 * everything else names the state that it acts upon, and changes nothing the second time.
 *
 * @param epoch of the state that the caller acts upon, or that let the call pass; else 0
 * @param count failures that open it, or the wave that the caller saw
 * @param time see {@link Event}
 * @param by who says so; of a probe, which step it is
 * @param why for people
 */
public record TurnBreaker(
        Keys keys,
        String dependency,
        Event event,
        long epoch,
        int count,
        Duration time,
        String by,
        String why)
        implements Operation<TurnBreaker.Outcome> {

    /** Breakers stored at once: names that come out of data must not fill Redis. */
    public static final int MOST = 1_000;

    /** What can happen to a breaker; the script has a function of this name. */
    public enum Event {
        /** A call failed; the time is how long the breaker stays open if this opens it. */
        FAIL,
        /** A call succeeded. */
        SUCCEED,
        /** A worker's calls fail too often; the time is how long the breaker stays open. */
        TRIP,
        /** An orchestrator wants to let a probe through, which may be silent for that time. */
        ADMIT_PROBE,
        /** A worker makes the probe, or is still at it, and may be silent for that time. */
        HOLD_PROBE,
        /** Somebody found that the probe was silent for too long. */
        LAPSE_PROBE,
        /** The probe ended without telling how the dependency is; another follows in a second. */
        GIVE_UP_PROBE,
        /** An orchestrator wants to let the next wave through. */
        WAVE,
        /** Nothing is parked any more, but for what came during the last wave. */
        DRAINED,
        /** Nothing happened for that time. */
        EXPIRE,
        /** An operator stops all calls. */
        FORCE_OPEN,
        /** An operator says that the dependency is well: what is parked goes in waves. */
        CLOSE,
        /** An operator wants everything forgotten: what is parked goes at once. */
        RESET
    }

    /** What became of it. */
    public enum Outcome {
        CHANGED,
        UNCHANGED,
        /** The breaker is in another state than the caller believes. */
        STALE,
        /** There are {@link #MOST} breakers, and this would be one more. */
        FULL
    }

    @Override
    public ScriptCall call() {
        Keys keys = this.keys.in(0);
        return new ScriptCall(Script.TURN_BREAKER)
                .key(keys.breakers())
                .arg(keys.breakerChannel())
                .arg(MOST)
                .arg(dependency)
                .arg(event.name().toLowerCase(Locale.ROOT))
                .arg(epoch)
                .arg(count)
                .arg(time.toMillis())
                .arg(by)
                .arg(why);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
