package dev.stepweir.cli.terminal;

import dev.stepweir.client.AwaitTimeoutException;
import dev.stepweir.client.RunResult;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.run.RunId;
import dev.stepweir.text.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** How long a command waits for the end of a run. Redis tells of it; in between there is time. */
public final class Patience {

    private static final Duration FOREVER = Duration.ofDays(36_500);

    private final Duration limit;

    /**
     * @param limit for ever if not said
     */
    public Patience(Optional<Duration> limit) {
        this.limit = limit.orElse(FOREVER);
    }

    /**
     * Waits.
     *
     * @param completion the end of the run
     * @param pause how long to wait before the next errand
     * @param errand what is done as long as the run goes on
     * @return how the run closed; somebody may have opened it again since
     * @throws CommandFailure with {@link ExitCode#TIMED_OUT} when it takes too long
     */
    public RunResult await(
            StepweirClient client,
            RunId run,
            CompletableFuture<RunResult> completion,
            Supplier<Duration> pause,
            Runnable errand)
            throws InterruptedException {
        long begun = System.nanoTime();
        while (true) {
            Duration left = limit.minusNanos(System.nanoTime() - begun);
            Duration next = pause.get();
            boolean isLast = left.compareTo(next) <= 0;
            try {
                return client.await(run, completion, isLast ? left : next);
            } catch (AwaitTimeoutException e) {
                if (isLast) {
                    throw new CommandFailure(
                            ExitCode.TIMED_OUT,
                            "run %s had not closed after %s".formatted(run, Durations.text(limit)),
                            e);
                }
            }
            errand.run();
        }
    }
}
