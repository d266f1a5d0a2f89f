package dev.stepweir.cli.role;

import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.handler.Handlers;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.worker.Worker;
import dev.stepweir.worker.WorkerConfig;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir worker}. */
@Command(
        name = "worker",
        description = {
            "Execute steps. Any number may run.",
            "Asked to stop it takes nothing more, finishes what it has, and hands back the rest."
        })
public final class WorkerCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Mixin private RoleOptions role;

    @Mixin private HandlerOptions handlerOptions;

    @Option(
            names = "--drain",
            paramLabel = "DURATION",
            description = "How long it waits for what it executes when it stops (30s).")
    private Duration drain = WorkerConfig.DEFAULT.drain();

    @Option(
            names = "--heartbeat",
            paramLabel = "DURATION",
            defaultValue = "${env:STEPWEIR_HEARTBEAT:-8s}",
            description = {
                "How often it renews its leases; less than a third of the reapers' lease"
                        + " (${DEFAULT-VALUE}).",
                "Also STEPWEIR_HEARTBEAT."
            })
    private Duration heartbeat = WorkerConfig.DEFAULT.heartbeat();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "${env:STEPWEIR_WORKER_NAME}",
            description = {
                "The place at which this worker starts: the last to start under a name takes the"
                        + " place of the one before.",
                "Else STEPWEIR_WORKER_NAME, else each start has a random one."
            })
    private @Nullable String name;

    @Override
    public Integer call() throws InterruptedException {
        Handlers handlers = handlerOptions.handlers();
        WorkerConfig config =
                WorkerConfig.DEFAULT
                        .withConcurrency(handlerOptions.concurrency())
                        .withHeartbeat(heartbeat)
                        .withDrain(drain);
        Worker.Builder builder = Worker.builder().handlers(handlers).config(config);
        if (name != null) {
            builder.name(name);
        }
        return new RoleRunner(spec, role.acceptRisk(), drain)
                .run((redis, namespace, ended) -> start(redis, namespace, ended, builder))
                .code();
    }

    private static Role start(
            Redis redis, Namespace namespace, Consumer<ExitCode> ended, Worker.Builder builder) {
        Worker worker =
                builder.namespace(namespace.name())
                        .onSuperseded(() -> ended.accept(ExitCode.SUPERSEDED))
                        .start(redis);
        return Role.of(worker.id(), worker::close);
    }
}
