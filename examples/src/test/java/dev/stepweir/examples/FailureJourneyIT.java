package dev.stepweir.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.stepweir.breaker.BreakerState;
import dev.stepweir.cli.Stepweir;
import dev.stepweir.client.Identity;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.client.Submission;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.orchestrator.Orchestrator;
import dev.stepweir.orchestrator.OrchestratorConfig;
import dev.stepweir.reaper.Reaper;
import dev.stepweir.reaper.ReaperConfig;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.script.RedriveStep;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Definition;
import dev.stepweir.workflow.DefinitionReader;
import dev.stepweir.workflow.Workflow;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code scripts/demo.sh --failures} shows: one run that meets failures of every kind. */
@WithRedis
class FailureJourneyIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    private static final ReaperConfig REAPER =
            new ReaperConfig(
                    Duration.ofMillis(200),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(3),
                    Duration.ofMillis(500),
                    3,
                    Duration.ofMillis(100),
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(1));

    @TempDir private Path directory;

    @Test
    @DisplayName(
            "S3-18, S3-19: duplicate check, retries, breaker, dead letter and reaper, and a history"
                    + " that tells all of it")
    void a_run_meets_failures_of_every_kind(TestRedis server, JavaProcesses processes)
            throws IOException, InterruptedException {
        List<JavaProcess> workers = List.of(worker(server, processes), worker(server, processes));
        try (Redis redis = Redis.connect(server.uri(), "journey");
                StepweirClient client =
                        StepweirClient.over(redis, Namespace.open(redis, server.namespace()));
                Orchestrator orchestrator =
                        Orchestrator.start(redis, client.namespace(), OrchestratorConfig.DEFAULTS);
                Reaper reaper = Reaper.start(redis, client.namespace(), REAPER)) {
            assertThat(orchestrator.id()).isNotEqualTo(reaper.id());
            HttpServer service = service(0);
            int port = service.getAddress().getPort();
            service.stop(0);

            RunId run = submitTwice(client, port);
            await().atMost(SOON).until(() -> is(client, run, "price", StepStatus.PARKED));
            HttpServer again = service(port);
            try {
                await().atMost(SOON).until(() -> is(client, run, "approve", StepStatus.DEAD));
            } finally {
                again.stop(0);
            }
            assertThat(client.breakers().show("price-service").breaker().state())
                    .isIn(BreakerState.CLOSED, BreakerState.RAMPING);

            assertThat(client.await(run, SOON).state()).isEqualTo(RunState.FAILED);
            Files.writeString(directory.resolve("approval"), "Ada\n");
            assertThat(client.deadLetters().redrive(run + "/approve", "ada", "signed"))
                    .isEqualTo(RedriveStep.Outcome.PUBLISHED);

            Path begun = directory.resolve("shipments").resolve("begun");
            await().atMost(SOON).until(() -> Files.exists(begun) && Files.size(begun) > 0);
            String shipping = Files.readString(begun).split(" ")[1];
            workers.stream()
                    .filter(worker -> String.valueOf(worker.pid()).equals(shipping))
                    .findFirst()
                    .orElseThrow()
                    .kill();

            await().atMost(SOON).until(() -> show(client, run).state() == RunState.COMPLETED);
            assertThat(Files.readAllLines(begun)).hasSize(2);
            tellsIt(client, run);
        }
    }

    private static JavaProcess worker(TestRedis server, JavaProcesses processes) {
        JavaProcess worker =
                processes.start(
                        JavaProcess.Command.of(
                                Stepweir.class,
                                "worker",
                                "--redis",
                                server.uri(),
                                "--namespace",
                                server.namespace(),
                                "--heartbeat",
                                "500ms"));
        String ready = worker.awaitLine(line -> line.startsWith("ready worker"), SOON);
        assertThat(ready).isNotBlank();
        return worker;
    }

    private static HttpServer service(int port) throws IOException {
        HttpServer service =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        byte[] price = "42.00 EUR\n".getBytes(StandardCharsets.US_ASCII);
        service.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, price.length);
                    exchange.getResponseBody().write(price);
                    exchange.close();
                });
        service.start();
        return service;
    }

    private RunId submitTwice(StepweirClient client, int port) {
        Definition definition =
                new DefinitionReader().read(Path.of("").toAbsolutePath().resolve("failures.yaml"));
        Workflow workflow = ((Definition.Valid) definition).workflow();
        Map<String, String> input =
                Map.of(
                        "service", "http://127.0.0.1:" + port + "/",
                        "approval", directory.resolve("approval").toString(),
                        "shipments", directory.resolve("shipments").toString());
        Identity key = new Identity.CallerProvided("order-1");
        Submission first = client.submit(workflow, input, key);
        Submission second = client.submit(workflow, input, key);
        RunId run = ((Submission.Started) first).run().id();
        assertThat(((Submission.Existing) second).run().id()).isEqualTo(run);
        return run;
    }

    private static RunView show(StepweirClient client, RunId run) {
        return client.show(run).orElseThrow();
    }

    private static boolean is(StepweirClient client, RunId run, String step, StepStatus state) {
        return show(client, run).steps().stream()
                .anyMatch(one -> one.name().equals(step) && one.state() == state);
    }

    /** Every transition with its time, its cause and who caused it. */
    private static void tellsIt(StepweirClient client, RunId run) {
        List<HistoryEntry> history = client.runs().history(run);
        assertThat(history).isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
        assertThat(history)
                .extracting(entry -> entry.event() + " " + entry.step().orElse("-"))
                .containsSubsequence(
                        "SUBMITTED -",
                        "DUPLICATE -",
                        "FAILED reserve",
                        "FAILED reserve",
                        "SUCCEEDED reserve",
                        "FAILED price",
                        "FAILED price",
                        "FAILED price",
                        "PARKED price",
                        "RELEASED price",
                        "SUCCEEDED price",
                        "FAILED approve",
                        "REDRIVEN approve",
                        "SUCCEEDED approve",
                        "BEGUN ship",
                        "CRASHED ship",
                        "PUBLISHED ship",
                        "BEGUN ship",
                        "SUCCEEDED ship",
                        "COMPLETED -");
        assertThat(of(history, "FAILED", entry -> true))
                .isNotEmpty()
                .allSatisfy(entry ->
                        assertThat(entry.details()).containsKeys("attempt", "worker", "error"));
        assertThat(of(history, "REDRIVEN", entry -> true))
                .singleElement()
                .satisfies(entry ->
                        assertThat(entry.details())
                                .containsEntry("by", "ada")
                                .containsEntry("reason", "signed"));
        HistoryEntry crash = of(history, "CRASHED", entry -> true).getFirst();
        HistoryEntry shipped =
                of(history, "SUCCEEDED", entry -> entry.step().orElse("").equals("ship"))
                        .getFirst();
        assertThat(crash.details().get("worker")).isNotEqualTo(shipped.details().get("worker"));
        assertThat(client.deadLetters().list(10)).isEmpty();
    }

    private static List<HistoryEntry> of(
            List<HistoryEntry> history, String event, Predicate<HistoryEntry> which) {
        return history.stream().filter(entry -> entry.event().equals(event)).filter(which).toList();
    }
}
