package dev.stepweir.cli.role;

import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.ServerOptions;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Preflight;
import dev.stepweir.redis.Preflight.Finding;
import dev.stepweir.redis.Preflight.Level;
import dev.stepweir.redis.Redis;
import io.lettuce.core.RedisException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** Brings a role up as soon as Redis answers, and down when it is asked to stop. */
final class RoleRunner {

    private static final List<Integer> BACKOFF_SECONDS = List.of(1, 2, 4, 8, 10);

    private final String name;
    private final ServerOptions options;
    private final Output output;
    private final boolean acceptRisk;

    RoleRunner(CommandSpec command, boolean acceptRisk) {
        this.name = command.name();
        this.options = ServerOptions.of(command);
        this.output = Output.of(command);
        this.acceptRisk = acceptRisk;
    }

    ExitCode run(Role.Starter starter) throws InterruptedException {
        try (StopSignal stop = new StopSignal()) {
            for (int attempt = 0; ; attempt++) {
                Optional<ExitCode> ended = tryOnce(starter, stop);
                if (ended.isPresent()) {
                    return ended.get();
                }
                int seconds = BACKOFF_SECONDS.get(Math.min(attempt, BACKOFF_SECONDS.size() - 1));
                output.say("trying again in " + seconds + " s");
                if (stop.awaitFor(Duration.ofSeconds(seconds))) {
                    return ExitCode.OK;
                }
            }
        }
    }

    /** Empty when Redis did not answer and it is worth trying again. */
    private Optional<ExitCode> tryOnce(Role.Starter starter, StopSignal stop)
            throws InterruptedException {
        String address = options.address();
        try (Redis redis = Redis.connect(address, "stepweir-" + name)) {
            if (!isFit(redis)) {
                return Optional.of(ExitCode.FAILED);
            }
            Namespace namespace = Namespace.open(redis, options.namespace());
            try (Role role = starter.start(redis, namespace)) {
                output.line("ready " + name + " " + role.id());
                output.out().flush();
                stop.await();
                output.say("stopping " + role.id());
            }
            return Optional.of(ExitCode.OK);
        } catch (RedisException e) {
            output.err()
                    .print(
                            "cannot use Redis at %s: %s; "
                                    .formatted(Redis.withoutPassword(address), Session.reason(e)));
            return Optional.empty();
        }
    }

    private boolean isFit(Redis redis) {
        List<Finding> findings = Preflight.of(redis, Clock.systemUTC());
        for (Finding finding : findings) {
            if (finding.level() != Level.OK) {
                output.say(finding.level() + " " + finding.check() + ": " + finding.message());
            }
        }
        if (!Preflight.fails(findings)) {
            return true;
        }
        output.say(
                acceptRisk
                        ? "starting nevertheless, as asked with --accept-risk"
                        : "not starting: change the server, or say --accept-risk");
        return acceptRisk;
    }
}
