package dev.stepweir.cli.role;

import dev.stepweir.reaper.Reaper;
import dev.stepweir.reaper.ReaperConfig;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir reaper}. */
@Command(name = "reaper", description = "Take work back from dead workers. Any number may run.")
public final class ReaperCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Mixin private RoleOptions role;

    @Option(
            names = "--lease",
            paramLabel = "DURATION",
            defaultValue = "${env:STEPWEIR_LEASE:-25s}",
            description = {
                "How long a step may go without a heartbeat before it is taken back;"
                        + " longer than three heartbeats (${DEFAULT-VALUE}).",
                "Also STEPWEIR_LEASE."
            })
    private Duration lease = ReaperConfig.DEFAULTS.lease();

    @Option(
            names = "--heartbeat",
            paramLabel = "DURATION",
            defaultValue = "${env:STEPWEIR_HEARTBEAT:-8s}",
            description = {
                "How often the workers beat (${DEFAULT-VALUE}).",
                "Also STEPWEIR_HEARTBEAT."
            })
    private Duration heartbeat = ReaperConfig.DEFAULTS.heartbeat();

    @Option(
            names = "--look-every",
            paramLabel = "DURATION",
            defaultValue = "${env:STEPWEIR_LOOK_EVERY:-2s}",
            description = {
                "Time between two looks for lapsed leases (${DEFAULT-VALUE}).",
                "Also STEPWEIR_LOOK_EVERY."
            })
    private Duration lookEvery = ReaperConfig.DEFAULTS.pause();

    @Option(
            names = "--crash-budget",
            paramLabel = "N",
            defaultValue = "${env:STEPWEIR_CRASH_BUDGET:-3}",
            description = {
                "Workers that may die of one step before it is a dead letter (${DEFAULT-VALUE}).",
                "Below 3 a step may be blamed for what another did beside it.",
                "Also STEPWEIR_CRASH_BUDGET."
            })
    private int crashBudget = ReaperConfig.DEFAULTS.crashBudget();

    @Override
    public Integer call() throws InterruptedException {
        ReaperConfig config =
                ReaperConfig.DEFAULTS
                        .timed(lease, heartbeat, lookEvery)
                        .withCrashBudget(crashBudget);
        return new RoleRunner(spec, role.acceptRisk(), Duration.ZERO)
                .run((redis, namespace, ended) -> start(redis, namespace, config))
                .code();
    }

    private static Role start(Redis redis, Namespace namespace, ReaperConfig config) {
        Reaper reaper = Reaper.start(redis, namespace, config);
        return Role.of(reaper.id(), reaper::close);
    }
}
