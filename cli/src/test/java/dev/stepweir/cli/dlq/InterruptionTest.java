package dev.stepweir.cli.dlq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.terminal.Output;
import dev.stepweir.operator.letters.BulkRedrive.Done;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class InterruptionTest {

    private static final Instant BEFORE = Instant.parse("2026-01-02T03:04:05Z");

    private final StringWriter said = new StringWriter();
    private final Output output =
            new Output(new PrintWriter(new StringWriter()), new PrintWriter(said));

    @Test
    void what_ends_before_its_end_says_how_to_go_on() {
        try (Interruption interruption = new Interruption(output)) {
            interruption.reached(new Done(BEFORE, 2, 1, 1, 0, 0));
        }
        assertThat(said.toString())
                .isEqualToIgnoringNewLines(
                        "interrupted, go on where this stopped: the same with --died-before "
                                + BEFORE);
    }

    @Test
    void what_came_to_its_end_or_put_nothing_back_says_nothing() {
        try (Interruption interruption = new Interruption(output)) {
            interruption.reached(new Done(BEFORE, 2, 2, 0, 0, 0));
            interruption.done();
        }
        try (Interruption interruption = new Interruption(output)) {
            interruption.reached(new Done(BEFORE, 2, 0, 2, 0, 0));
        }
        assertThat(said.toString()).isEmpty();
    }
}
