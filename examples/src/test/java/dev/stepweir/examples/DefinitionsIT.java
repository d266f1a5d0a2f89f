package dev.stepweir.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Stepweir;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.client.WatchedRun;
import dev.stepweir.handler.BuiltInHandlers;
import dev.stepweir.handler.Handlers;
import dev.stepweir.json.Json;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.orchestrator.Orchestrator;
import dev.stepweir.orchestrator.OrchestratorConfig;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Worker;
import dev.stepweir.workflow.Definition;
import dev.stepweir.workflow.DefinitionReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@WithRedis
class DefinitionsIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Path EXAMPLES = Path.of("").toAbsolutePath();

    /** What each file returns for the input {"to": "you"}. */
    private static final Map<String, String> OUTPUTS =
            Map.of(
                    "hello.yaml", "{'greet':{'to':'you'},'ask':{'to':'you'}}",
                    "chain.yaml", "{'to':'you'}",
                    "diamond.yaml", "{'left':{'to':'you'},'right':{'to':'you'}}",
                    "parallel.json", "{'resize':{'slept_ms':100},'translate':{'slept_ms':100}}",
                    "retry.yaml",
                            "{'attempts_before_success':3,"
                                    + "'message':'succeeded on attempt 3 after 2 failures'}");

    @TempDir private Path directory;

    @Test
    void every_definition_completes_and_returns_what_it_says(TestRedis server)
            throws IOException, InterruptedException {
        Path report = directory.resolve("report.txt");
        Files.writeString(directory.resolve("text"), "one two\n");
        try (Stack stack = new Stack(server)) {
            for (Path file : definitions()) {
                String name = String.valueOf(file.getFileName());
                Object input =
                        switch (name) {
                            case "index.yaml" ->
                                    Map.of(
                                            "dir",
                                            directory.toString(),
                                            "report",
                                            report.toString());
                            case "failures.yaml" -> null;
                            default -> Map.of("to", "you");
                        };
                RunView run = stack.run(file, input);
                assertThat(run.state()).as(name).isEqualTo(RunState.COMPLETED);
                String expected = OUTPUTS.get(name);
                if (expected != null) {
                    assertThat(run.output())
                            .as(name)
                            .isEqualTo(Json.tree(expected.replace('\'', '"')));
                }
            }
        }
        assertThat(report).content().startsWith("text files                             1\n");
    }

    @Test
    void an_order_that_lacks_its_service_is_for_a_person_at_once(TestRedis server)
            throws InterruptedException {
        try (Stack stack = new Stack(server)) {
            for (Object input : List.of(Map.of("to", "you"), "you")) {
                RunView run = stack.execute(EXAMPLES.resolve("failures.yaml"), input);
                assertThat(run.state()).isEqualTo(RunState.FAILED);
                StepView price =
                        run.steps().stream()
                                .filter(step -> step.name().equals("price"))
                                .findFirst()
                                .orElseThrow();
                assertThat(price.state()).isEqualTo(StepStatus.DEAD);
                assertThat(price.attempt()).isEqualTo(1);
                assertThat(price.error().orElseThrow().message())
                        .contains("an input must have service, a URI");
            }
        }
    }

    @Test
    void a_workflow_written_in_java_runs_beside_them(TestRedis server) throws InterruptedException {
        try (Redis redis = Redis.connect(server.uri(), "test");
                Orchestrator orchestrator = orchestrator(redis, server)) {
            assertThat(orchestrator.id()).isNotBlank();
            assertThat(Greetings.greet(server.uri(), server.namespace(), List.of("Ada", "Grace")))
                    .isEqualTo("\"Hello Ada and Grace\"");
        }
    }

    @Test
    void the_command_runs_the_index_without_any_option(JavaProcesses processes) throws IOException {
        Files.writeString(directory.resolve("naïve.txt"), "zwei Wörter\n");
        JavaProcess run =
                processes.start(
                        JavaProcess.Command.of(
                                Stepweir.class,
                                "run",
                                "--local",
                                EXAMPLES.resolve("index.yaml").toString(),
                                "--input",
                                Json.text(
                                        Map.of(
                                                "dir", directory.toUri().toString(),
                                                "report", directory.resolve("r.txt").toString())),
                                "--json"));
        assertThat(run.waitFor(SOON)).as(() -> String.join("\n", run.lines())).isZero();
        String last = run.awaitLine(line -> line.startsWith("{\"run_id\""), SOON);
        JsonNode totals = Json.tree(last).path("output").path("totals");
        assertThat(totals.path("files").asInt()).isEqualTo(1);
        assertThat(totals.path("words").asInt()).isEqualTo(2);
        assertThat(totals.path("terms").propertyNames()).containsExactly("wörter", "zwei");
    }

    private static List<Path> definitions() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            List<Path> definitions =
                    files.filter(file -> file.toString().matches(".*\\.(yaml|json)")).toList();
            assertThat(definitions).hasSizeGreaterThanOrEqualTo(7);
            return definitions;
        }
    }

    private static Orchestrator orchestrator(Redis redis, TestRedis server) {
        return Orchestrator.start(
                redis, Namespace.open(redis, server.namespace()), OrchestratorConfig.DEFAULTS);
    }

    /** The roles in this process, with the handlers that the launcher brings. */
    private static final class Stack implements AutoCloseable {

        private final Redis redis;
        private final Orchestrator orchestrator;
        private final Worker worker;
        private final StepweirClient client;

        Stack(TestRedis server) {
            redis = Redis.connect(server.uri(), "test");
            orchestrator = orchestrator(redis, server);
            worker =
                    Worker.builder()
                            .namespace(server.namespace())
                            .handlers(
                                    new Handlers()
                                            .addAll(new BuiltInHandlers())
                                            .addAll(new ExampleHandlers()))
                            .start(redis);
            client = StepweirClient.over(redis, Namespace.open(redis, server.namespace()));
        }

        RunView run(Path file, Object input) throws InterruptedException {
            RunView view = execute(file, input);
            assertThat(view.steps()).extracting(StepView::state).containsOnly(StepStatus.SUCCEEDED);
            return view;
        }

        RunView execute(Path file, Object input) throws InterruptedException {
            Definition definition = new DefinitionReader().read(file);
            assertThat(definition).isInstanceOf(Definition.Valid.class);
            WatchedRun run =
                    client.submitAndWatch(((Definition.Valid) definition).workflow(), input);
            client.await(run, SOON);
            return client.show(run.run().id()).orElseThrow();
        }

        @Override
        public void close() {
            client.close();
            worker.close();
            orchestrator.close();
            redis.close();
        }
    }
}
