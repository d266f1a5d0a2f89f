package dev.stepweir.cli.run;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.RunJson;
import dev.stepweir.cli.terminal.Text;
import dev.stepweir.client.AwaitTimeoutException;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.client.UnknownRunException;
import dev.stepweir.client.WatchedRun;
import dev.stepweir.json.Json;
import dev.stepweir.operator.RunProgress;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.redis.Redis;
import dev.stepweir.run.RunId;
import dev.stepweir.text.Durations;
import java.time.Duration;
import java.util.Optional;

/** Submits a run, waits for its end, and tells how it went. */
final class Waiting {

    private static final Duration FOREVER = Duration.ofDays(36_500);

    private final StepweirClient client;
    private final Output output;
    private final boolean json;
    private final Duration limit;
    private final boolean outlivesUs;

    /**
     * @param outlivesUs whether the run goes on when this process ends
     */
    Waiting(
            StepweirClient client,
            Output output,
            boolean json,
            Optional<Duration> limit,
            boolean outlivesUs) {
        this.client = client;
        this.output = output;
        this.json = json;
        this.limit = limit.orElse(FOREVER);
        this.outlivesUs = outlivesUs;
    }

    ExitCode run(WatchedRun run) throws InterruptedException {
        RunId id = run.run().id();
        output.say("run " + id);
        Thread goodbye = new Thread(() -> output.say("\n" + farewell(id)));
        Runtime.getRuntime().addShutdownHook(goodbye);
        try {
            await(run);
        } catch (AwaitTimeoutException e) {
            output.say(farewell(id));
            throw new CommandFailure(
                    ExitCode.TIMED_OUT,
                    "run %s had not closed after %s".formatted(id, Durations.text(limit)),
                    e);
        } finally {
            forget(goodbye);
        }
        RunView view =
                client.show(id)
                        .orElseThrow(() -> new UnknownRunException("run " + id + " is gone"));
        tell(view);
        return switch (view.state()) {
            case COMPLETED -> ExitCode.OK;
            case CANCELLED -> ExitCode.CANCELLED;
            default -> ExitCode.FAILED;
        };
    }

    private String farewell(RunId id) {
        return outlivesUs
                ? "the run goes on: stepweir runs show " + id
                : "the run ends with this process";
    }

    private static void forget(Thread goodbye) {
        try {
            Runtime.getRuntime().removeShutdownHook(goodbye);
        } catch (IllegalStateException e) {
            // The JVM is ending: the farewell is being said.
        }
    }

    private void await(WatchedRun run) throws InterruptedException {
        RunId id = run.run().id();
        Progress progress = new Progress(output.err());
        Obstacles obstacles = new Obstacles(client, output, id);
        long begun = System.nanoTime();
        Duration pause = progress.isShown() ? Progress.PAUSE : Obstacles.PAUSE;
        while (true) {
            Duration left = limit.minusNanos(System.nanoTime() - begun);
            try {
                client.await(run, left.compareTo(pause) < 0 ? left : pause);
                progress.clear();
                return;
            } catch (AwaitTimeoutException e) {
                if (left.compareTo(pause) <= 0) {
                    progress.clear();
                    throw e;
                }
            }
            if (progress.isShown()) {
                Optional<RunProgress> now = look(id);
                now.ifPresent(progress::show);
                pause = now.map(Progress::pause).orElse(pause);
            }
            obstacles.look();
        }
    }

    /** Nothing while Redis is away: the run is waited for as anywhere else. */
    private Optional<RunProgress> look(RunId run) {
        try {
            return client.runs().progress(run);
        } catch (RuntimeException failure) {
            if (!Redis.isPassing(failure)) {
                throw failure;
            }
            return Optional.empty();
        }
    }

    private void tell(RunView run) {
        for (StepView step : run.steps()) {
            if (step.state() == StepStatus.DEAD) {
                step.error()
                        .ifPresent(error ->
                                output.say(
                                        Text.oneLine(
                                                "step %s is dead after attempt %d: %s: %s"
                                                        .formatted(
                                                                step.name(),
                                                                step.attempt(),
                                                                error.type(),
                                                                error.message()))));
            }
        }
        run.why().map(Text::oneLine).ifPresent(output::say);
        output.say("run " + run.id() + " " + run.state());
        if (json) {
            output.json(RunJson.of(run));
        } else if (!run.output().isNull()) {
            output.line(Json.pretty(run.output()));
        }
    }
}
