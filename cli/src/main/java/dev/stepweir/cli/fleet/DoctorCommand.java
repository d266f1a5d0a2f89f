package dev.stepweir.cli.fleet;

import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.ServerOptions;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.redis.Preflight;
import dev.stepweir.redis.Preflight.Finding;
import dev.stepweir.redis.Preflight.Level;
import dev.stepweir.redis.Redis;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir doctor}. */
@Command(
        name = "doctor",
        description = {
            "Check that the Redis server can be trusted with work, and say what to change.",
            "Exit with 1 if roles would refuse to start."
        })
public final class DoctorCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            List<Finding> findings = Preflight.of(session.redis(), Clock.systemUTC());
            if (json) {
                output.json(findings.stream().map(DoctorCommand::json).toList());
            } else {
                output.say("Redis at " + Redis.withoutPassword(ServerOptions.of(spec).address()));
                findings.forEach(finding -> output.line(line(finding)));
            }
            return (Preflight.fails(findings) ? ExitCode.FAILED : ExitCode.OK).code();
        }
    }

    private static String line(Finding finding) {
        return "%-5s %-11s %s".formatted(word(finding.level()), finding.check(), finding.message());
    }

    /** What must be acted on stands out. */
    private static String word(Level level) {
        return level == Level.FAIL ? "FAIL" : level.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> json(Finding finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("level", word(finding.level()));
        json.put("check", finding.check());
        json.put("message", finding.message());
        return json;
    }
}
