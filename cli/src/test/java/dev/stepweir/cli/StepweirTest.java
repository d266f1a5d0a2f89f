package dev.stepweir.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.cli.terminal.ExitCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class StepweirTest {

    private static final String NOBODY = "redis://:secret@127.0.0.1:1";

    private final Terminal terminal = new Terminal();

    @TempDir private Path directory;

    @Test
    void version_is_the_one_of_the_build() {
        Result result = terminal.execute("--version");
        assertThat(result.code()).isZero();
        assertThat(result.out().strip()).matches("stepweir \\d+\\.\\d+\\.\\d+(-\\w+)?");
    }

    @Test
    void help_names_the_command_and_every_exit_code() {
        Result result = terminal.execute("--help");
        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("Usage: stepweir");
        for (ExitCode code : ExitCode.values()) {
            assertThat(result.out()).contains(code.code() + "   ");
        }
    }

    @Test
    void a_missing_command_is_a_usage_error() {
        Result result = terminal.execute();
        assertThat(result.code()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(result.err())
                .isEqualToIgnoringNewLines("stepweir: Missing command; see stepweir --help");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dlq purge --all",
                "dlq purge",
                "runs show",
                "runs list --nope",
                "runs list --limit many",
                "runs purge",
                "runs list --limit -1",
                "dlq list --limit 0",
                "nonsense"
            })
    void a_usage_mistake_is_one_sentence_that_points_to_the_help(String command) {
        Result result = terminal.execute(command.split(" "));
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).startsWith("stepweir: ").contains("; see stepweir", " --help");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--handlers nowhere.jar",
                "--concurrency 4",
                "--detach --wait-timeout 3s",
                "--detach --local"
            })
    void a_run_refuses_what_would_have_no_effect(String options) {
        String[] command = ("run nowhere.yaml " + options).split(" ");
        Result result = terminal.execute(command);
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).contains(command[2]).containsAnyOf("goes with", "exclude");
    }

    @Test
    void a_time_to_wait_without_a_wait_is_a_usage_error() {
        Result result =
                terminal.execute(
                        "runs",
                        "resume",
                        "01a200c5-573b-7001-8f20-6b2b91a7c0de",
                        "--wait-timeout",
                        "3s");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("--wait-timeout goes with --wait");
    }

    @Test
    void a_definition_may_come_by_standard_input() {
        InputStream before = System.in;
        try {
            System.setIn(
                    new ByteArrayInputStream("name: piped\nsteps: []\nstep: 1".getBytes(UTF_8)));
            Result result = terminal.execute("validate", "-");
            assertThat(result.code()).isEqualTo(2);
            assertThat(result.out()).startsWith("standard input:3");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void a_noun_without_a_verb_is_a_usage_error() {
        Result result = terminal.execute("runs");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("Missing verb: one of list, show, history");
    }

    @Test
    void what_is_no_run_id_is_a_usage_error() {
        Result result = terminal.execute("runs", "show", "nonsense");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("a run id is a lower-case UUID");
    }

    @ParameterizedTest
    @ValueSource(strings = {"runs list", "dlq list", "workers list", "queues list", "doctor"})
    void without_redis_a_command_fails_soon_with_one_sentence(String command) {
        long begun = System.nanoTime();
        Result result = new Terminal("--redis", NOBODY).execute(command.split(" "));
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        assertThat(result.code()).isEqualTo(5);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err())
                .contains("Redis at redis://***@127.0.0.1:1")
                .doesNotContain("secret");
    }

    @Test
    void an_address_that_is_none_is_bad_input_and_its_password_stays_hidden() {
        Result result = terminal.execute("runs", "list", "--redis", "http://:secret@127.0.0.1:1");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .contains("not a Redis address", "'http://***@")
                .doesNotContain("secret");
        assertThat(terminal.execute("runs", "list", "--redis", "foo").err())
                .contains("'foo' (allowed: redis://[:password@]host[:port][/db], rediss://...");
    }

    @Test
    void a_valid_definition_is_said_to_be() throws IOException {
        Path file = write("ok.yaml", "name: one\nsteps:\n  - name: a\n    handler: echo\n");
        Result result = terminal.execute("validate", file.toString());
        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("ok.yaml: ok");
    }

    @Test
    void every_fault_of_a_definition_is_told_with_its_place() throws IOException {
        Path file = write("bad.yaml", "name: one\nsteps:\n  - name: a\n    hander: echo\n");
        Result result = terminal.execute("validate", file.toString(), "--json");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.json().findValuesAsString("field")).contains("steps[0].hander");
        assertThat(result.json().findValuesAsString("line")).contains("4");
        Result run = terminal.execute("run", file.toString(), "--redis", NOBODY);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("bad.yaml:4:").doesNotContain("Exception");
    }

    @Test
    void a_local_run_whose_handlers_nobody_has_is_refused_before_it_starts() throws IOException {
        String steps = "  - name: a\n    handler: ecko\n  - name: b\n    handler: sleep\n";
        Path file = write("local.yaml", "name: one\nsteps:\n" + steps);
        Result result = terminal.execute("run", "--local", file.toString());
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err())
                .contains(
                        "local.yaml: steps[0].handler: there is no such handler here;"
                                + " did you mean 'echo'? (found 'ecko', allowed ")
                .contains("echo", "fail-n-times", "sleep");
    }

    @Test
    void a_definition_that_is_cut_off_is_told_without_the_parser() throws IOException {
        Path file = write("cut.json", "{\"name\": \"one\",\n \"steps\": [");
        Result result = terminal.execute("validate", file.toString());
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out() + result.err())
                .contains("cut.json:2:", "is not valid JSON: Unexpected end-of-input")
                .doesNotContain("Source", "StreamRead", "start marker");
    }

    @Test
    void input_that_is_no_json_is_bad_input() throws IOException {
        Path file = write("ok.yaml", "name: one\nsteps:\n  - name: a\n    handler: echo\n");
        Result result = terminal.execute("run", file.toString(), "--input", "{", "--redis", NOBODY);
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("--input is not JSON");
        Result empty = terminal.execute("run", file.toString(), "--input", "", "--redis", NOBODY);
        assertThat(empty.code()).isEqualTo(2);
        assertThat(empty.err()).contains("--input is empty");
        Result missing =
                terminal.execute("run", file.toString(), "--input", "@no/such", "--redis", NOBODY);
        assertThat(missing.code()).isEqualTo(2);
        assertThat(missing.err()).contains("cannot read the input file no/such");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
