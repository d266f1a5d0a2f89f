package dev.stepweir.client;

import dev.stepweir.run.RunId;

/**
 * A run that was accepted: it will end in exactly one final state.
 *
 * @param durability what the acceptance is worth if Redis itself dies, as of the last minute
 */
public record SubmittedRun(RunId id, Durability durability) {}
