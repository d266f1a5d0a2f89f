package dev.stepweir.operator;

import java.time.Instant;
import tools.jackson.databind.JsonNode;

/**
 * A worker process.
 *
 * @param lastBeat its latest heartbeat, by the clock of Redis
 * @param alive whether that is recent enough for its leases to be safe
 * @param inHand entries that it holds
 * @param record what it says of itself
 */
public record WorkerView(
        String id, Instant lastBeat, boolean alive, long inHand, JsonNode record) {}
