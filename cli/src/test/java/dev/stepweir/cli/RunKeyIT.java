package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.handler.Handlers;
import dev.stepweir.proof.Stack;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithRedis
class RunKeyIT {

    @TempDir private Path directory;

    private Terminal terminal;
    private String file;

    @BeforeEach
    void write(TestRedis server) throws IOException {
        terminal = Terminal.on(server);
        file = directory.resolve("w.yaml").toString();
        Files.writeString(Path.of(file), "name: w\nsteps:\n  - {name: a, handler: echo}\n");
    }

    @Test
    @DisplayName("S0-U7: three pairs of submits on the command line")
    void each_strategy_answers_the_second_submit_in_its_way() {
        Result first = run("--key", "order 7", "--input", "{\"n\": 1}");
        String id = first.json().path("run_id").asString();
        Result same = run("--key", "order 7", "--input", "{ \"n\":1 }");
        Result other = run("--key", "order 7", "--input", "{\"n\": 2}");
        Result strict = run("--idempotency", "strict");
        Result duplicate = run("--idempotency", "strict");

        assertThat(first.json().path("existing").asBoolean()).isFalse();
        assertThat(same.json().path("run_id").asString()).isEqualTo(id);
        assertThat(same.json().path("existing").asBoolean()).isTrue();
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.err())
                .contains("'order 7'", id)
                .containsPattern("its input has hash [0-9a-f]{64} and this one [0-9a-f]{64}")
                .hasLineCount(1);
        assertThat(strict.code()).isZero();
        assertThat(duplicate.code()).isEqualTo(2);
        assertThat(duplicate.err()).contains(strict.json().path("run_id").asString());
        assertThat(run().json().path("run_id").asString()).isNotEqualTo(id);
    }

    @Test
    @DisplayName("S0-U7: a run is found by its key wherever a command asks for a run")
    void a_key_stands_for_the_run_that_was_submitted_under_it() {
        String id = run("--key", "order 7").json().path("run_id").asString();

        Result shown = terminal.execute("runs", "show", "key:order 7", "--json");
        assertThat(shown.json().path("run_id").asString()).isEqualTo(id);
        assertThat(terminal.execute("runs", "history", "key:order 7").out()).contains("SUBMITTED");
        assertThat(terminal.execute("explain", "key:order 7").out()).contains(id);
        assertThat(terminal.execute("explain", "key:order 7", "a").out()).contains("step a");
        assertThat(terminal.execute("steps", "show", "key:order 7", "a").out()).contains(id);
        Result skip = terminal.execute("steps", "skip", "key:order 7", "a", "--dry-run", "--json");
        assertThat(skip.err() + skip.out()).contains(id);
        Result letters = terminal.execute("dlq", "list", "--run", "key:order 8");
        assertThat(letters.err()).contains("no run with the key 'order 8'");
        assertThat(terminal.execute("runs", "pause", "key:order 7").err()).contains(id);
        Result plan = terminal.execute("runs", "resume", "key:order 7", "--dry-run", "--json");
        assertThat(plan.json().path("run_id").asString()).isEqualTo(id);
        assertThat(terminal.execute("runs", "cancel", "key:order 7").err()).contains(id);
        assertThat(terminal.execute("runs", "wait", "key:order 7").code()).isEqualTo(3);
        Result purged = terminal.execute("runs", "purge", "key:order 7");
        assertThat(purged.code()).isZero();
        assertThat(purged.out().strip()).isEqualTo(id);
    }

    @Test
    void a_key_that_names_no_run_says_so() {
        Result none = terminal.execute("runs", "show", "key:order 8");
        assertThat(none.code()).isEqualTo(4);
        assertThat(none.err()).contains("no run with the key 'order 8'");
        Result blank = terminal.execute("runs", "show", "key: ");
        assertThat(blank.code()).isEqualTo(2);
        assertThat(blank.err()).contains("1 to 256 characters");
        Result bare = terminal.execute("runs", "show", "order 7");
        assertThat(bare.code()).isEqualTo(2);
        assertThat(bare.err()).contains("'order 7'", "for the key of a run say key:KEY");
    }

    @Test
    @DisplayName("S0-U7: a key that is missing, not allowed or unreadable")
    void what_does_not_fit_together_is_bad_input() {
        assertThat(run("--idempotency", "caller-provided").err()).contains("needs a --key");
        assertThat(run("--idempotency", "caller-provided").code()).isEqualTo(2);
        assertThat(run("--idempotency", "always-unique", "--key", "k").code()).isEqualTo(2);
        assertThat(run("--idempotency", "sometimes").err())
                .contains("strict, caller-provided or always-unique", "'sometimes'");
        assertThat(run("--key", " ").err()).contains("1 to 256 characters");
        assertThat(run("--key", " ").code()).isEqualTo(2);
    }

    @Test
    void waiting_for_a_run_that_was_started_before_ends_as_it_did(TestRedis server)
            throws Exception {
        try (Stack stack = Stack.start(server, new Handlers())) {
            Result first = terminal.execute("run", file, "--key", "k", "--input", "7");
            Result second = terminal.execute("run", file, "--key", "k", "--input", "7");

            assertThat(first.code()).isZero();
            assertThat(second.code()).isZero();
            assertThat(second.out()).isEqualTo(first.out());
            assertThat(second.err()).contains("was started under this key before");
            String run = stack.client().runs().list(1).getFirst().id().text();
            assertThat(terminal.execute("runs", "show", run).out()).contains("key       k");
            assertThat(
                            terminal.execute("runs", "show", run, "--json")
                                    .json()
                                    .path("key")
                                    .asString())
                    .isEqualTo("k");
            assertThat(stack.client().runs().list(10)).hasSize(1);
        }
    }

    private Result run(String... options) {
        String[] words = new String[options.length + 4];
        words[0] = "run";
        words[1] = file;
        words[2] = "--detach";
        words[3] = "--json";
        System.arraycopy(options, 0, words, 4, options.length);
        return terminal.execute(words);
    }
}
