package dev.stepweir.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

    private final StringWriter err = new StringWriter();

    @Test
    void it_says_how_much_is_done_how_fast_and_how_long_it_takes() {
        assertThat(ProgressBar.line(50, 100, Duration.ofSeconds(5)))
                .isEqualTo("[" + "#".repeat(15) + ".".repeat(15) + "] 50 of 100, 10/s, 5 s left");
        assertThat(ProgressBar.line(0, 0, Duration.ZERO)).endsWith("] 0 of 0");
        assertThat(ProgressBar.line(7, 5, Duration.ZERO)).endsWith("] 7 of 7");
    }

    @Test
    void nothing_is_drawn_where_nobody_looks() {
        try (ProgressBar bar = new ProgressBar(new PrintWriter(err, true), 2, false)) {
            bar.show(1);
            bar.show(2);
        }

        assertThat(err.toString()).isEmpty();
    }

    @Test
    void the_line_is_gone_in_the_end() {
        try (ProgressBar bar = new ProgressBar(new PrintWriter(err, true), 2, true)) {
            bar.show(2);
        }

        assertThat(err.toString()).contains("2 of 2").endsWith("\r");
    }
}
