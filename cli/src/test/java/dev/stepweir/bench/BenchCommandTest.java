package dev.stepweir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {

    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource({
        "--shape, tree, 'none of plain, fan, chain, latency'",
        "--aof, sometimes, 'none of no, everysec, always'",
        "--partitions, 0, '--partitions must be 1 to 64, not 0'",
        "--steps, 10, 'steps must be 1,000 to 20,000,000, not 10'",
        "--waiting, 5, 'waiting must be at least 1000'",
    })
    void what_cannot_be_measured_is_a_usage_error(String option, String value, String says) {
        assertThat(execute(option, value)).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(says);
    }

    @Test
    void no_server_has_its_own_exit_code() {
        assertThat(execute("--redis", "redis://127.0.0.1:1")).isEqualTo(5);
        assertThat(err.toString()).startsWith("stepweir bench: ").doesNotContain("\tat ");
    }

    private int execute(String... args) {
        return new CommandLine(new BenchCommand()).setErr(new PrintWriter(err, true)).execute(args);
    }
}
