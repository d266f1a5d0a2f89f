package dev.stepweir.cli.run;

import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;

/** One line on a terminal that is written over and over; nothing anywhere else. */
final class Progress {

    /** How often the run is looked at for the line. */
    static final Duration PAUSE = Duration.ofMillis(500);

    private static final int MANY_STEPS = 1_000;

    private final PrintWriter err;
    private final boolean shown;
    private int width;

    Progress(PrintWriter err) {
        this.err = err;
        Console console = System.console();
        this.shown = console != null && console.isTerminal();
    }

    /** Whether anybody sees it; looking at a run for nobody would only cost. */
    boolean isShown() {
        return shown;
    }

    void show(RunView run) {
        long done = count(run, StepStatus.SUCCEEDED) + count(run, StepStatus.SKIPPED);
        StringBuilder line =
                new StringBuilder()
                        .append(run.state())
                        .append(' ')
                        .append(done)
                        .append(" of ")
                        .append(run.steps().size())
                        .append(" steps");
        append(line, count(run, StepStatus.RUNNING), "running");
        append(line, count(run, StepStatus.READY), "ready");
        append(line, count(run, StepStatus.WAITING_FOR_RETRY), "waiting for retry");
        append(line, count(run, StepStatus.PARKED), "parked");
        append(line, count(run, StepStatus.DEAD), "dead");
        int length = line.length();
        line.repeat(' ', Math.max(0, width - length));
        width = length;
        err.print("\r" + line);
        err.flush();
    }

    /** Looking at a large run costs more, so it is looked at less often. */
    static Duration pause(RunView run) {
        return run.steps().size() > MANY_STEPS ? PAUSE.multipliedBy(10) : PAUSE;
    }

    void clear() {
        if (width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            err.flush();
        }
    }

    private static long count(RunView run, StepStatus state) {
        return run.steps().stream().filter(step -> step.state() == state).count();
    }

    private static void append(StringBuilder line, long count, String what) {
        if (count > 0) {
            line.append(", ").append(count).append(' ').append(what);
        }
    }
}
