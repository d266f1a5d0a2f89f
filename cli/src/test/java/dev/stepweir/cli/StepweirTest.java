package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class StepweirTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void version_is_the_one_of_the_build() {
        assertThat(execute("--version")).isZero();
        assertThat(out.toString().strip()).matches("stepweir \\d+\\.\\d+\\.\\d+(-\\w+)?");
    }

    @Test
    void help_names_the_command() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString()).contains("Usage: stepweir");
    }

    @Test
    void a_missing_command_is_a_usage_error() {
        assertThat(execute()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("Missing command", "Usage: stepweir");
    }

    private int execute(String... args) {
        return new CommandLine(new Stepweir())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
