package dev.stepweir.operator.fleet;

import java.time.Instant;
import tools.jackson.databind.JsonNode;

/**
 * A worker process.
 *
 * @param lastBeat its latest heartbeat, by the clock of Redis
 * @param state how it is, as far as its heartbeats tell
 * @param inHand entries that it holds
 * @param record what it says of itself
 */
public record WorkerView(
        String id, Instant lastBeat, WorkerState state, long inHand, JsonNode record) {

    /** Whether it beats, or missed so few beats that its leases are safe. */
    public boolean alive() {
        return state != WorkerState.OFFLINE;
    }
}
