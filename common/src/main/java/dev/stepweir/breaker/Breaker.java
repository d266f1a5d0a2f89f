package dev.stepweir.breaker;

import dev.stepweir.json.Json;
import tools.jackson.databind.JsonNode;

/**
 * One breaker as it is stored.
 *
 * @param dependency what its steps call
 * @param epoch of the present state, 0 for a breaker that has only counted; a later state has a
 *     higher one
 * @param failures in succession, while it is closed; those that opened it, afterwards
 * @param sinceMillis when it came into this state or counted the last failure, by Redis
 * @param openMillis how long it stays open before a probe
 * @param retryAtMillis when the next probe may be made, for {@code OPEN}
 * @param probeUntilMillis when the probe counts as lost unless it is heard of, for {@code
 *     HALF_OPEN}
 * @param prober the step that makes the probe, for {@code HALF_OPEN}; empty while none does
 * @param probes made since it opened
 * @param wave how many waves were let through, for {@code RAMPING}
 * @param by who brought it into this state: a worker, an orchestrator or a person
 */
public record Breaker(
        String dependency,
        BreakerState state,
        long epoch,
        int failures,
        long sinceMillis,
        long openMillis,
        long retryAtMillis,
        long probeUntilMillis,
        String prober,
        int probes,
        int wave,
        String by,
        String why) {

    /** A breaker that has nothing to remember. */
    public static Breaker closed(String dependency) {
        return new Breaker(dependency, BreakerState.CLOSED, 0, 0, 0, 0, 0, 0, "", 0, 0, "", "");
    }

    /** Reads what the script stored. */
    public static Breaker parse(String dependency, byte[] json) {
        JsonNode stored = Json.tree(json);
        return new Breaker(
                dependency,
                BreakerState.valueOf(stored.path("state").asString("CLOSED")),
                stored.path("epoch").asLong(0),
                stored.path("failures").asInt(0),
                stored.path("since").asLong(0),
                stored.path("open_millis").asLong(0),
                stored.path("retry_at").asLong(0),
                stored.path("probe_until").asLong(0),
                stored.path("prober").asString(""),
                stored.path("probes").asInt(0),
                stored.path("wave").asInt(0),
                stored.path("by").asString(""),
                stored.path("why").asString(""));
    }

    /**
     * Whether a step may ask to be the probe. Any may while there is none: the one that was let
     * through may wait behind others, or where nobody works.
     */
    public boolean mayProbe(String step) {
        return state == BreakerState.HALF_OPEN && (prober.isEmpty() || prober.equals(step));
    }

    /** Whether a step that was let through in {@code pass}, 0 for none, belongs to this state. */
    public boolean lets(long pass) {
        return switch (state) {
            case CLOSED -> true;
            case HALF_OPEN, RAMPING -> pass == epoch;
            case OPEN, FORCED_OPEN -> false;
        };
    }
}
