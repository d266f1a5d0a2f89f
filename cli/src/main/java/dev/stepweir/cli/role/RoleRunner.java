package dev.stepweir.cli.role;

import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.ServerOptions;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Outage;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.preflight.Preflight;
import dev.stepweir.redis.preflight.Preflight.Finding;
import dev.stepweir.redis.preflight.Preflight.Level;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** Brings a role up as soon as Redis answers, and down when it is asked to stop. */
final class RoleRunner {

    /** What became of one try to bring the role up. */
    private sealed interface Attempt {

        record Ended(ExitCode code) implements Attempt {}

        /** It is worth trying again. */
        record NoRedis(RedisException why) implements Attempt {}
    }

    private final String name;
    private final ServerOptions options;
    private final Output output;
    private final boolean acceptRisk;
    private final Duration drain;
    private final Set<String> said = new HashSet<>();

    /**
     * @param drain how long the role may take on purpose when it is asked to stop
     */
    RoleRunner(CommandSpec command, boolean acceptRisk, Duration drain) {
        this.name = command.name();
        this.options = ServerOptions.of(command);
        this.output = Output.of(command);
        this.acceptRisk = acceptRisk;
        this.drain = drain;
    }

    ExitCode run(Role.Starter starter) throws InterruptedException {
        try (StopSignal stop = new StopSignal(drain)) {
            Outage outage = new Outage(Redis.withoutPassword(options.address()), output::say);
            while (true) {
                Attempt attempt = tryOnce(starter, stop, outage);
                switch (attempt) {
                    case Attempt.Ended(ExitCode code) -> {
                        return code;
                    }
                    case Attempt.NoRedis(RedisException why) -> {
                        if (stop.awaitFor(outage.stillAway(why))) {
                            return ExitCode.OK;
                        }
                    }
                }
            }
        }
    }

    private Attempt tryOnce(Role.Starter starter, StopSignal stop, Outage outage)
            throws InterruptedException {
        try (Redis redis = Redis.connect(options.address(), "stepweir-" + name)) {
            Finding rights = Preflight.rights(redis, new Keys(options.namespace(), 0));
            if (rights.level() == Level.FAIL) {
                return new Attempt.NoRedis(new RedisCommandExecutionException(rights.message()));
            }
            if (!isFit(Preflight.of(redis, Clock.systemUTC()))) {
                return new Attempt.Ended(ExitCode.FAILED);
            }
            Namespace namespace = Namespace.open(redis, options.namespace());
            try (Role role = starter.start(redis, namespace, stop::end)) {
                outage.over();
                output.line("ready " + name + " " + role.id());
                output.out().flush();
                ExitCode code = stop.await();
                output.say(code == ExitCode.OK ? "stopping " + role.id() : code.meaning());
                return new Attempt.Ended(code);
            }
        } catch (RedisException e) {
            return new Attempt.NoRedis(e);
        }
    }

    private boolean isFit(List<Finding> findings) {
        for (Finding finding : findings) {
            if (finding.level() != Level.OK) {
                sayOnce(finding.level() + " " + finding.check() + ": " + finding.message());
            }
        }
        if (!Preflight.fails(findings)) {
            return true;
        }
        sayOnce(
                acceptRisk
                        ? "starting nevertheless, as asked with --accept-risk"
                        : "not starting: change the server, or say --accept-risk");
        return acceptRisk;
    }

    /** However often it is tried. */
    private void sayOnce(String line) {
        if (said.add(line)) {
            output.say(line);
        }
    }
}
