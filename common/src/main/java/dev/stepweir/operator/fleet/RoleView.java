package dev.stepweir.operator.fleet;

import java.time.Instant;

/** An orchestrator or a reaper, and its last sign of life by the clock of Redis. */
public record RoleView(String id, Instant lastBeat, boolean alive) {}
