package dev.stepweir.cli.run;

import dev.stepweir.operator.RunProgress;
import dev.stepweir.state.StepState;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;

/** One line on a terminal that is written over and over; nothing anywhere else. */
final class Progress {

    /** How often the run is looked at for the line. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final int MANY_STEPS = 1_000;

    private final PrintWriter err;
    private final boolean shown;
    private Duration pause = PAUSE;
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

    void show(RunProgress run) {
        // Looking at a large run costs more, so it is looked at less often.
        pause = run.steps() > MANY_STEPS ? PAUSE.multipliedBy(10) : PAUSE;
        String line = line(run);
        err.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
        width = line.length();
        err.flush();
    }

    static String line(RunProgress run) {
        StringBuilder line =
                new StringBuilder()
                        .append(run.state())
                        .append(' ')
                        .append(run.in(StepState.SUCCEEDED) + run.in(StepState.SKIPPED))
                        .append(" of ")
                        .append(run.steps())
                        .append(" steps");
        append(line, run.in(StepState.READY), "running or ready");
        append(line, run.in(StepState.WAITING_FOR_RETRY), "waiting for retry");
        append(line, run.in(StepState.PARKED), "parked");
        append(line, run.in(StepState.DEAD), "dead");
        return line.toString();
    }

    /** How long until the run is looked at again. */
    Duration pause() {
        return pause;
    }

    void clear() {
        if (width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            err.flush();
        }
    }

    private static void append(StringBuilder line, int count, String what) {
        if (count > 0) {
            line.append(", ").append(count).append(' ').append(what);
        }
    }
}
