package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.handler.BuiltInHandlers;
import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.orchestrator.Orchestrator;
import dev.stepweir.orchestrator.OrchestratorConfig;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@WithRedis
class CommandsIT {

    private static final String CHAIN =
            """
            name: chain
            steps:
              - name: first
                handler: echo
              - name: second
                handler: echo
                dependencies: [first]
            """;

    @TempDir private Path directory;

    private Redis redis;
    private Namespace namespace;
    private Orchestrator orchestrator;
    private Worker worker;
    private Terminal terminal;
    private volatile boolean broken = true;

    @BeforeEach
    void start(TestRedis server) {
        redis = Redis.connect(server.uri(), "test");
        namespace = Namespace.open(redis, server.namespace());
        orchestrator = Orchestrator.start(redis, namespace, OrchestratorConfig.DEFAULTS);
        Handlers handlers = new Handlers().addAll(new BuiltInHandlers());
        handlers.add(
                "breakable",
                (input, context) -> {
                    if (broken) {
                        throw new PermanentStepException("broken for good\n\u001b[31mred");
                    }
                    return "mended";
                });
        worker =
                Worker.builder()
                        .namespace(server.namespace())
                        .name("w-1")
                        .handlers(handlers)
                        .start(redis);
        terminal = Terminal.on(server);
    }

    @AfterEach
    void stop() {
        worker.close();
        orchestrator.close();
        redis.close();
    }

    @Test
    void a_run_that_completes_ends_with_its_json() throws IOException {
        Result result = terminal.execute("run", write(CHAIN), "--input", "{\"n\": 7}", "--json");

        assertThat(result.code()).isZero();
        JsonNode run = result.json();
        assertThat(run.path("status").asString()).isEqualTo("COMPLETED");
        assertThat(run.path("run_id").asString()).hasSize(36);
        assertThat(run.path("output").toString()).contains("7");
        assertThat(run.path("steps").propertyNames()).containsExactly("first", "second");
        JsonNode second = run.path("steps").path("second");
        assertThat(second.path("state").asString()).isEqualTo("SUCCEEDED");
        assertThat(second.path("attempt").asInt()).isEqualTo(1);
        assertThat(second.path("error").isNull()).isTrue();
        assertThat(second.path("worker").asString()).isEqualTo(worker.id());
        assertThat(result.err()).contains("COMPLETED");
    }

    @Test
    void a_run_that_fails_says_why_and_can_be_put_back_to_work() throws IOException {
        String file = write("name: fragile\nsteps:\n  - {name: a, handler: breakable}\n");

        Result failed = terminal.execute("run", file, "--json");
        assertThat(failed.code()).isEqualTo(1);
        String run = failed.json().path("run_id").asString();
        assertThat(failed.json().path("status").asString()).isEqualTo("FAILED");
        assertThat(failed.err())
                .contains("broken for good [31mred")
                .doesNotContain("\u001b", "at dev.stepweir");

        JsonNode letter = terminal.execute("dlq", "list", "--json").json().get(0);
        assertThat(letter.path("id").asString()).isEqualTo(run + "/a");
        assertThat(letter.path("run_id").asString()).isEqualTo(run);
        assertThat(letter.path("step").asString()).isEqualTo("a");
        assertThat(letter.path("handler").asString()).isEqualTo("breakable");
        assertThat(letter.path("reason").asString()).isEqualTo("PERMANENT_ERROR");
        assertThat(letter.path("attempts").asInt()).isEqualTo(1);
        assertThat(letter.path("error").path("message").asString()).contains("broken for good");
        assertThat(terminal.execute("dlq", "show", run + "/a").out()).contains("broken for good");
        assertThat(terminal.execute("dlq", "show", run + "/b").code()).isEqualTo(4);

        Result export = terminal.execute("dlq", "export", "-o", directory + "/none/such.json");
        assertThat(export.code()).isEqualTo(2);
        assertThat(export.err())
                .contains("cannot write", "none/such.json: there is no such directory")
                .doesNotContain("Exception");

        broken = false;
        assertThat(terminal.execute("dlq", "retry", run + "/a").err()).contains("back at work");
        awaitCompleted(run);
        assertThat(terminal.execute("dlq", "list", "--json").json()).isEmpty();
        Result history = terminal.execute("runs", "history", run, "--json");
        assertThat(history.json().findValuesAsString("state"))
                .containsExactly(
                        "SUBMITTED",
                        "RUNNING",
                        "READY",
                        "RUNNING",
                        "DEAD",
                        "READY",
                        "READY",
                        "RUNNING",
                        "SUCCEEDED",
                        "COMPLETED");
    }

    @Test
    void a_detached_run_is_only_started() throws IOException {
        Result detached = terminal.execute("run", write(CHAIN), "--detach");
        assertThat(detached.code()).isZero();
        String run = detached.out().strip();
        awaitCompleted(run);

        Result shown = terminal.execute("runs", "show", run);
        assertThat(shown.code()).isZero();
        assertThat(shown.out()).contains("status    COMPLETED").contains("SUCCEEDED");
        assertThat(terminal.execute("runs", "list").out()).contains(run, "COMPLETED", "chain");
        assertThat(terminal.execute("runs", "cancel", run).code()).isEqualTo(4);
        assertThat(terminal.execute("runs", "purge", run).code()).isZero();
        assertThat(terminal.execute("runs", "show", run).code()).isEqualTo(4);
    }

    @Test
    void waiting_ends_with_its_own_code_and_the_run_goes_on() throws IOException {
        Result late = terminal.execute("run", write(sleeper(60_000)), "--wait-timeout", "200ms");
        assertThat(late.code()).isEqualTo(6);
        assertThat(late.err())
                .contains("the run goes on: stepweir runs wait", " had not closed after 200 ms");

        JsonNode listed =
                terminal.execute("runs", "list", "--state", "running,submitted", "--json").json();
        String run = listed.get(0).path("run_id").asString();
        assertThat(terminal.execute("runs", "cancel", run, "--reason", "enough").code()).isZero();
        JsonNode shown = terminal.execute("runs", "show", run, "--json").json();
        assertThat(shown.path("status").asString()).isEqualTo("CANCELLED");
        assertThat(shown.path("why").asString()).endsWith(": enough");
    }

    @Test
    void old_runs_are_purged_by_age() throws IOException {
        String file = write(CHAIN);
        terminal.execute("run", file);
        terminal.execute("run", file);
        assertThat(terminal.execute("runs", "purge").code()).isEqualTo(2);
        Result dry = terminal.execute("runs", "purge", "--older-than", "0s", "--dry-run");
        assertThat(dry.err()).contains("2 runs would be removed");
        assertThat(purge("--workflow", "other").err()).contains("0 runs removed");
        assertThat(purge("--workflow", "chain").err()).contains("2 runs removed");
        assertThat(terminal.execute("runs", "list", "--json").json()).isEmpty();
    }

    private Result purge(String... options) {
        return terminal.execute(
                Stream.concat(Stream.of("runs", "purge", "--older-than", "0s"), Stream.of(options))
                        .toArray(String[]::new));
    }

    @Test
    void a_dry_run_of_a_purge_refuses_what_the_purge_would() throws IOException {
        String closed =
                terminal.execute("run", write(CHAIN), "--json").json().path("run_id").asString();
        String gone = namespace.newRunId().text();

        Result dry = terminal.execute("runs", "purge", closed, "--dry-run");
        assertThat(dry.out().strip()).isEqualTo(closed);
        assertThat(dry.err()).contains("1 run would be removed");
        for (String option : List.of("--dry-run", "--verbose")) {
            Result refused = terminal.execute("runs", "purge", gone, option);
            assertThat(refused.code()).isEqualTo(4);
            assertThat(refused.err()).contains("there is no run " + gone);
        }
        assertThat(terminal.execute("runs", "show", closed).code()).isZero();
    }

    @Test
    void runs_of_one_workflow_are_listed() throws IOException {
        terminal.execute("run", write(CHAIN));
        terminal.execute("run", write(CHAIN.replace("name: chain", "name: other")));

        assertThat(terminal.execute("runs", "list", "--json").json()).hasSize(2);
        assertThat(terminal.execute("runs", "list", "--workflow", "other", "--json").json())
                .singleElement()
                .satisfies(run -> assertThat(run.path("workflow").asString()).isEqualTo("other"));
    }

    @Test
    void processes_and_queues_are_listed() throws IOException {
        terminal.execute("run", write(CHAIN));
        JsonNode first = terminal.execute("workers", "list", "--json").json().get(0);
        assertThat(first.path("id").asString()).isEqualTo(worker.id());
        assertThat(first.path("alive").asBoolean()).isTrue();
        assertThat(terminal.execute("workers", "list").out()).contains(worker.id(), "breakable");
        JsonNode queue = terminal.execute("queues", "list", "--json").json().get(0);
        assertThat(queue.path("queue").asString()).isEqualTo("echo");
        assertThat(queue.path("waiting").asInt()).isZero();
        assertThat(queue.path("in_hand").asInt()).isZero();
        assertThat(terminal.execute("health", worker.id()).code()).isZero();
        assertThat(worker.id()).startsWith("w-1#");
        assertThat(terminal.execute("health", "w-1").out()).contains(worker.id() + " alive");
        assertThat(terminal.execute("health", "w-").code()).isEqualTo(1);
        assertThat(terminal.execute("health").code()).isZero();
        assertThat(terminal.execute("health", "nobody").code()).isEqualTo(1);
    }

    @Test
    void the_doctor_looks_at_the_server(TestRedis server) {
        Result result = terminal.execute("doctor");
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .containsPattern("ok +version +(Redis|Valkey) ")
                .contains("ok    eviction    maxmemory-policy noeviction")
                .contains("warn  durability  nothing is written to disk");
        JsonNode findings = terminal.execute("doctor", "--json").json();
        assertThat(findings.findValuesAsString("level")).doesNotContain("FAIL");
    }

    private void awaitCompleted(String run) {
        try (StepweirClient client = StepweirClient.over(redis, namespace)) {
            assertThat(client.await(new RunId(run), Duration.ofSeconds(10)).state())
                    .isEqualTo(RunState.COMPLETED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String sleeper(long millis) {
        return """
        name: sleeper
        steps:
          - name: a
            handler: {callable: sleep, initialization: {duration_ms: %d}}
        """
                .formatted(millis);
    }

    private String write(String definition) throws IOException {
        return Files.writeString(directory.resolve("workflow.yaml"), definition).toString();
    }
}
