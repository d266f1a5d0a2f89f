package dev.stepweir.cli.breakers;

import dev.stepweir.breaker.BreakerState;
import dev.stepweir.breaker.BreakerView;
import dev.stepweir.breaker.Breakers;
import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.RecordOptions;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.operator.Attribution;
import dev.stepweir.redis.script.TurnBreaker;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the commands have in common that move a breaker. */
@Command
abstract class BreakerTurn implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "DEPENDENCY", description = "The breaker's dependency or handler.")
    private String dependency;

    @Mixin private RecordOptions record;

    @Option(names = "--dry-run", description = "Only say what would be done.")
    private boolean dryRun;

    /** Whether it would change a breaker in this state. */
    abstract boolean changes(BreakerView breaker);

    abstract TurnBreaker.Outcome apply(Breakers breakers, String name, String by, String why);

    /** The state afterwards, for people. */
    abstract String done();

    /** What people should know besides, as things stand before. */
    String remark(Breakers breakers, String of) {
        return "";
    }

    @Override
    public Integer call() {
        if (dependency.isBlank()) {
            throw new CommandFailure(
                    ExitCode.BAD_INPUT, "DEPENDENCY must not be blank (allowed: a name)");
        }
        Attribution by = record.attribution();
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            Breakers breakers = session.client().breakers();
            BreakerView now = breakers.show(dependency);
            if (dryRun) {
                output.say(
                        changes(now)
                                ? "would be "
                                        + done()
                                        + ": "
                                        + described(now)
                                        + remark(breakers, dependency)
                                : "would stay as it is: "
                                        + described(now)
                                        + doubt(breakers, dependency));
                return 0;
            }
            String remark = remark(breakers, dependency);
            switch (apply(breakers, dependency, by.by(), by.reason())) {
                case CHANGED -> output.say(dependency + " is " + done() + remark);
                case UNCHANGED, STALE ->
                        output.say("unchanged: " + described(now) + doubt(breakers, dependency));
                case FULL ->
                        throw new CommandFailure(
                                ExitCode.CONFLICT,
                                "there are "
                                        + TurnBreaker.MOST
                                        + " breakers already, the most that are kept");
            }
            return 0;
        }
    }

    /** A healthy breaker leaves no trace: whether steps declare the name is not known here. */
    static String doubt(Breakers breakers, String of) {
        return breakers.keeps(of) ? "" : "; nothing is kept of a breaker of that name";
    }

    static boolean isClosed(BreakerView view) {
        return view.breaker().state() == BreakerState.CLOSED;
    }

    private static String described(BreakerView view) {
        return view.breaker().dependency()
                + " is "
                + view.breaker().state()
                + ", "
                + view.parked()
                + " parked";
    }
}
