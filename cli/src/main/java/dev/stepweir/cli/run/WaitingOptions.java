package dev.stepweir.cli.run;

import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Patience;
import dev.stepweir.client.StepweirClient;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How long the end of a run is waited for, and how it is told. */
public final class WaitingOptions {

    @Option(
            names = "--wait-timeout",
            paramLabel = "DURATION",
            description = "Stop waiting after this time, such as 30s or 5m, with exit code 6.")
    private Optional<Duration> timeout = Optional.empty();

    @Option(
            names = "--json",
            description = "The last line of output is one JSON object: run, output and steps.")
    private boolean json;

    boolean hasTimeout() {
        return timeout.isPresent();
    }

    boolean json() {
        return json;
    }

    /**
     * Ready to wait as was said.
     *
     * @param outlivesUs whether the run goes on when this process ends
     */
    public Waiting waiting(StepweirClient client, Output output, boolean outlivesUs) {
        return new Waiting(client, output, json, new Patience(timeout), outlivesUs);
    }
}
