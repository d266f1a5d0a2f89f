package dev.stepweir.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.operator.RunProgress;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTest {

    @Test
    void the_line_counts_what_is_done_and_names_what_is_not() {
        Map<StepState, Integer> steps =
                Map.of(
                        StepState.SUCCEEDED, 229,
                        StepState.SKIPPED, 1,
                        StepState.READY, 4,
                        StepState.DEAD, 2);

        assertThat(Progress.line(new RunProgress(RunState.RUNNING, 500, steps)))
                .isEqualTo("RUNNING 230 of 500 steps, 4 running or ready, 2 dead");
    }

    @Test
    void a_large_run_is_looked_at_less_often() {
        RunProgress small = new RunProgress(RunState.RUNNING, 10, Map.of());
        RunProgress large = new RunProgress(RunState.RUNNING, 10_000, Map.of());

        Progress progress = new Progress(new PrintWriter(new StringWriter()));
        progress.show(small);
        Duration often = progress.pause();
        progress.show(large);

        assertThat(progress.pause()).isGreaterThan(often);
    }
}
