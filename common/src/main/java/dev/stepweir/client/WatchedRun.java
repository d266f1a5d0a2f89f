package dev.stepweir.client;

import java.util.concurrent.CompletableFuture;

/**
 * A run that was accepted and is being watched.
 *
 * @param completion completes when the run closes, on a thread of the client's that must not be
 *     held up; see {@link StepweirClient#completion}
 */
public record WatchedRun(SubmittedRun run, CompletableFuture<RunResult> completion) {}
