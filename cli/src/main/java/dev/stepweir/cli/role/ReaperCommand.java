package dev.stepweir.cli.role;

import dev.stepweir.reaper.Reaper;
import dev.stepweir.reaper.ReaperConfig;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code stepweir reaper}. */
@Command(name = "reaper", description = "Take work back from dead workers. Any number may run.")
public final class ReaperCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Mixin private RoleOptions role;

    @Override
    public Integer call() throws InterruptedException {
        return new RoleRunner(spec, role.acceptRisk()).run(ReaperCommand::start).code();
    }

    private static Role start(Redis redis, Namespace namespace) {
        Reaper reaper = Reaper.start(redis, namespace, ReaperConfig.DEFAULTS);
        return Role.of(reaper.id(), reaper::close);
    }
}
