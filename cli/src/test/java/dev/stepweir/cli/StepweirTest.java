package dev.stepweir.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.cli.terminal.CommandFailure;
import dev.stepweir.cli.terminal.ExitCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
    void help_on_a_command_can_be_asked_for_in_a_word() {
        assertThat(terminal.execute("help").out()).startsWith("Usage: stepweir [");
        assertThat(terminal.execute("help", "runs").out()).startsWith("Usage: stepweir runs [");
        assertThat(terminal.execute("help", "runs", "list").out())
                .startsWith("Usage: stepweir runs list ");
    }

    @Test
    void a_shell_can_be_taught_to_complete() {
        Result result = terminal.execute("generate-completion");
        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("complete -F", "--older-than", "force-fail");
    }

    @Test
    void a_command_whose_output_could_not_be_written_has_failed() {
        OutputStream full =
                new OutputStream() {
                    @Override
                    public void write(int written) throws IOException {
                        throw new IOException("No space left on device");
                    }
                };
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                Stepweir.commandLine()
                        .setOut(new PrintWriter(new PrintStream(full, true, UTF_8), true, UTF_8))
                        .setErr(new PrintWriter(err, true));

        assertThat(Stepweir.execute(commandLine, "help", "runs")).isOne();
        assertThat(err.toString().lines())
                .containsExactly("stepweir: not all of the output could be written");
    }

    @Test
    void without_a_command_the_usage_is_printed() {
        Result result = terminal.execute();
        assertThat(result.code()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("Usage: stepweir").contains("validate", "Exit codes:");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dlq purge --all",
                "dlq purge",
                "runs show",
                "runs show 01a200c5-573b-7001-8f20-6b2b91a7c0de --key k",
                "runs list --nope",
                "runs list --limit many",
                "runs purge",
                "runs purge 01a200c5-573b-7001-8f20-6b2b91a7c0de --workflow w",
                "runs purge 01a200c5-573b-7001-8f20-6b2b91a7c0de --state FAILED",
                "help nope",
                "help runs nope",
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
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "run --nope                 | Unknown option: '--nope'; see stepweir run --help",
                "run f --namspace x         | Unknown option: '--namspace' (did you mean '--names",
                "--namspace=x runs list     | Unknown option: '--namspace' (did you mean '--names",
                "steps show --jsn           | Unknown option: '--jsn' (did you mean '--json'?); s",
                "ruins list                 | Unknown command: 'ruins' (did you mean 'runs'?); se",
                "workers nope               | Unknown verb: 'nope', not one of list; see stepweir",
                "help ruins                 | Unknown command: 'ruins' (did you mean 'runs'?); se",
                "help runs nope             | Unknown verb: 'nope', not one of list, show, histor",
                "steps nope                 | Unknown verb: 'nope', not one of show, reset-for-re",
                "dlq retry a/b --all        | Name letters or, not both, say which: --run, --work",
                "run f --input @            | --input has no name of a file after @ (allowed: JSO",
                "runs list --redis redis://:x@localhost:port | ***@localhost:port'; 'port' is not",
                "runs list --redis redis://my_host:1 | redis://my_host:1'; 'my_host' is not the n"
            })
    void a_mistake_is_called_by_its_name(String command, String said) {
        Result result = terminal.execute(command.strip().split(" "));
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).contains(said);
    }

    @Test
    void every_command_is_introduced_by_a_whole_line() {
        CommandLine.Model.CommandSpec all = Stepweir.commandLine().getCommandSpec();
        assertThat(all.subcommands().values())
                .extracting(command -> command.getCommandSpec().usageMessage().description()[0])
                .allMatch(line -> line.endsWith("."));
    }

    @Test
    void what_is_logged_is_asked_for_in_words_that_there_are() {
        assertThat(Logging.level("warn", List.of("worker"))).isEqualTo("WARN");
        assertThat(Logging.level(null, List.of("worker"))).isEqualTo("INFO");
        assertThat(Logging.level(" ", List.of("runs", "list"))).isEqualTo("OFF");
        assertThatThrownBy(() -> Logging.level("FOO", List.of("runs", "list")))
                .isInstanceOf(CommandFailure.class)
                .hasMessage(
                        "STEPWEIR_LOG must be one of OFF, ERROR, WARN, INFO, DEBUG, TRACE,"
                                + " found 'FOO'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--handlers nowhere.jar",
                "--local --redis redis://localhost",
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "1 2    | --input is not JSON: there is more after the value (line 1, column 3)",
                "NaN    | --input is not JSON: 'NaN' is no value of JSON (line 1, column 4)",
                "+1     | JSON spec does not allow numbers to have plus signs (line 1, column 2)",
                "// a   | maybe a (non-standard) comment? (line 1, column 1)",
                "1e99999999999 | --input has a number that is out of range"
            })
    void what_is_wrong_with_an_input_is_said_without_the_parser(String input, String said)
            throws IOException {
        Path file = write("ok.yaml", "name: one\nsteps:\n  - name: a\n    handler: echo\n");
        Result result =
                terminal.execute("run", file.toString(), "--input", input, "--redis", NOBODY);
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains(said).doesNotContain("Feature", "jackson");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
