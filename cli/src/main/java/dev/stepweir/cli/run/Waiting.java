package dev.stepweir.cli.run;

import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Patience;
import dev.stepweir.cli.terminal.RunJson;
import dev.stepweir.cli.terminal.Text;
import dev.stepweir.client.RunResult;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.client.UnknownRunException;
import dev.stepweir.json.Json;
import dev.stepweir.operator.RunProgress;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.redis.Redis;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Waits for the end of a run, says meanwhile how it is getting on, and tells how it went. */
public final class Waiting {

    private final StepweirClient client;
    private final Output output;
    private final boolean json;
    private final Patience patience;
    private final boolean outlivesUs;

    /**
     * @param outlivesUs whether the run goes on when this process ends
     */
    Waiting(
            StepweirClient client,
            Output output,
            boolean json,
            Patience patience,
            boolean outlivesUs) {
        this.client = client;
        this.output = output;
        this.json = json;
        this.patience = patience;
        this.outlivesUs = outlivesUs;
    }

    /**
     * Waits.
     *
     * @return how the run ended
     * @throws CommandFailure when it takes too long
     */
    public ExitCode run(RunId id, CompletableFuture<RunResult> completion)
            throws InterruptedException {
        output.say("run " + id);
        Thread goodbye = new Thread(() -> output.say("\n" + farewell(id)));
        Runtime.getRuntime().addShutdownHook(goodbye);
        RunResult result;
        try {
            result = await(id, completion);
        } catch (CommandFailure ended) {
            if (ended.exitCode() == ExitCode.TIMED_OUT) {
                output.say(farewell(id));
            }
            throw ended;
        } finally {
            forget(goodbye);
        }
        RunView view =
                client.show(id)
                        .orElseThrow(() -> new UnknownRunException("run " + id + " is gone"));
        tell(result.state(), view);
        return switch (result.state()) {
            case COMPLETED -> ExitCode.OK;
            case CANCELLED -> ExitCode.CANCELLED;
            default -> ExitCode.FAILED;
        };
    }

    private String farewell(RunId id) {
        return outlivesUs
                ? "the run goes on: stepweir runs wait " + id
                : "the run ends with this process";
    }

    private static void forget(Thread goodbye) {
        try {
            Runtime.getRuntime().removeShutdownHook(goodbye);
        } catch (IllegalStateException e) {
            // The JVM is ending: the farewell is being said.
        }
    }

    private RunResult await(RunId id, CompletableFuture<RunResult> completion)
            throws InterruptedException {
        Progress progress = new Progress(output.err());
        Obstacles obstacles = new Obstacles(client, output, id);
        try {
            return patience.await(
                    client,
                    id,
                    completion,
                    () -> progress.isShown() ? progress.pause() : Obstacles.PAUSE,
                    () -> {
                        if (progress.isShown()) {
                            look(id).ifPresent(progress::show);
                        }
                        obstacles.look();
                    });
        } finally {
            progress.clear();
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

    /**
     * @param closed how it closed; the run as it was read may have been opened again by then
     */
    private void tell(RunState closed, RunView run) {
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
        output.say("run " + run.id() + " " + closed);
        if (run.state() != closed) {
            output.say("it was opened again since, and is " + run.state() + " now");
        }
        if (json) {
            Map<String, @Nullable Object> shown = RunJson.of(run);
            // It goes with the exit code.
            shown.put("status", closed.name());
            output.json(shown);
        } else if (closed == RunState.COMPLETED && !run.output().isNull()) {
            output.line(Json.pretty(run.output()));
        }
    }
}
