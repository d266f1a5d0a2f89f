package dev.stepweir.cli.terminal;

import dev.stepweir.text.Durations;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;

/** How far long work has got, on one line of a terminal; nothing anywhere else. */
public final class ProgressBar implements AutoCloseable {

    private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();
    private static final int CELLS = 30;

    private final PrintWriter err;
    private final boolean shown;
    private final long total;
    private final long begun = System.nanoTime();
    private long last = begun - PAUSE_NANOS;
    private int width;

    /**
     * A bar for so much work.
     *
     * @param total how much there is to do, as far as is known
     */
    public ProgressBar(PrintWriter err, long total) {
        this(err, total, onTerminal());
    }

    ProgressBar(PrintWriter err, long total, boolean shown) {
        this.err = err;
        this.total = total;
        this.shown = shown;
    }

    private static boolean onTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** Shows how much is done, a few times a second at most. */
    public void show(long done) {
        long now = System.nanoTime();
        if (shown && (now - last >= PAUSE_NANOS || done == total)) {
            last = now;
            String line = line(done, total, Duration.ofNanos(now - begun));
            err.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
            err.flush();
            width = line.length();
        }
    }

    /** {@code [#####.....] 50 of 100, 10/s, 5 s left}. */
    static String line(long done, long total, Duration passed) {
        long known = Math.max(total, done);
        int full = known == 0 ? CELLS : (int) (CELLS * done / known);
        double seconds = passed.toMillis() / 1000.0;
        String line =
                "[%s%s] %d of %d"
                        .formatted("#".repeat(full), ".".repeat(CELLS - full), done, known);
        if (seconds < 0.5 || done == 0) {
            return line;
        }
        double rate = done / seconds;
        Duration left = Duration.ofSeconds(Math.round((known - done) / rate));
        return line + ", %.0f/s, %s left".formatted(rate, Durations.text(left));
    }

    /** Makes room for what is said next. */
    @Override
    public void close() {
        if (width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            err.flush();
        }
    }
}
