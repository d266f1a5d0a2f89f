package dev.stepweir.cli.role;

import dev.stepweir.orchestrator.Orchestrator;
import dev.stepweir.orchestrator.OrchestratorConfig;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir orchestrator}. */
@Command(
        name = "orchestrator",
        description = "Start runs, publish what becomes due, repair. Any number may run.")
public final class OrchestratorCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Mixin private RoleOptions role;

    @Option(
            names = "--retention",
            paramLabel = "DURATION",
            description = "How long completed and cancelled runs are kept (7d).")
    private Duration retention = OrchestratorConfig.DEFAULTS.retention();

    @Option(
            names = "--failed-retention",
            paramLabel = "DURATION",
            description = "How long failed runs are kept (30d).")
    private Duration failedRetention = OrchestratorConfig.DEFAULTS.failedRetention();

    @Override
    public Integer call() throws InterruptedException {
        return new RoleRunner(spec, role.acceptRisk(), Duration.ZERO)
                .run((redis, namespace, ended) -> start(redis, namespace))
                .code();
    }

    private Role start(Redis redis, Namespace namespace) {
        OrchestratorConfig config =
                OrchestratorConfig.DEFAULTS.withRetention(retention, failedRetention);
        Orchestrator orchestrator = Orchestrator.start(redis, namespace, config);
        return Role.of(orchestrator.id(), orchestrator::close);
    }
}
