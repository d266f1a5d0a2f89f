package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.handler.Handlers;
import dev.stepweir.proof.Stack;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.testkit.proxy.FaultProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody is told who waits for a run that does not move. */
@WithRedis
class RunWaitsIT {

    private static final Duration SOON = Duration.ofMinutes(1);

    @TempDir private Path directory;

    private Terminal terminal;
    private String file;

    @BeforeEach
    void write(TestRedis server) throws IOException {
        terminal = Terminal.on(server);
        file = directory.resolve("w.yaml").toString();
        Files.writeString(Path.of(file), "name: w\nsteps:\n  - {name: a, handler: rare}\n");
    }

    private Result waited() {
        return terminal.execute("run", file, "--wait-timeout", "12s");
    }

    @Test
    void that_no_orchestrator_is_alive_is_said_once() {
        Result late = waited();

        assertThat(late.code()).isEqualTo(6);
        assertThat(late.err())
                .containsOnlyOnce("waiting: the run was submitted at")
                .contains("no orchestrator is alive", "had not closed after 12 s");
    }

    @Test
    void that_no_worker_has_the_handler_is_said_once(TestRedis server) {
        try (Stack stack = Stack.start(server, new Handlers().add("other", (in, context) -> in))) {
            Result late = waited();

            assertThat(late.code()).isEqualTo(6);
            assertThat(late.err())
                    .containsOnlyOnce("waiting: step a: no live worker has handler 'rare'")
                    .doesNotContain("no orchestrator");
            assertThat(stack.client().runs()).isNotNull();
        }
    }

    @Test
    void an_absence_of_redis_is_said_and_nothing_of_how_the_client_took_it(
            TestRedis server, JavaProcesses processes) {
        CountDownLatch mayEnd = new CountDownLatch(1);
        Handlers slow = new Handlers().add("rare", (in, context) -> hold(mayEnd));
        try (Stack stack = Stack.start(server, slow);
                FaultProxy network = FaultProxy.before(server.uri());
                JavaProcess run =
                        processes.start(
                                Stepweir.class,
                                "run",
                                file,
                                "--redis",
                                network.uri(),
                                "--namespace",
                                server.namespace())) {
            assertThat(stack.client().runs()).isNotNull();
            run.awaitLine(line -> line.startsWith("run "), SOON);
            network.refuse();
            run.awaitLine(line -> line.contains(" is away ("), SOON);
            network.admit();
            run.awaitLine(line -> line.startsWith("Redis is back after "), SOON);
            mayEnd.countDown();

            assertThat(run.waitFor(SOON)).isZero();
            assertThat(run.lines())
                    .allMatch(line -> line.matches("(run|Redis|waiting:) .*|\"done\""));
        }
    }

    @Test
    void a_run_that_was_not_waited_for_can_be_waited_for_later(TestRedis server) {
        CountDownLatch mayEnd = new CountDownLatch(1);
        Handlers slow = new Handlers().add("rare", (in, context) -> hold(mayEnd));
        try (Stack stack = Stack.start(server, slow)) {
            assertThat(stack.client().runs()).isNotNull();
            String run = terminal.execute("run", file, "--detach").out().strip();

            Result late = terminal.execute("runs", "wait", run, "--wait-timeout", "200ms");
            assertThat(late.code()).isEqualTo(6);
            assertThat(late.err())
                    .contains("run " + run + " had not closed after 200 ms")
                    .contains("the run goes on: stepweir runs wait " + run);
            mayEnd.countDown();

            Result ended = terminal.execute("runs", "wait", run, "--json");
            assertThat(ended.code()).isZero();
            assertThat(ended.json().path("status").asString()).isEqualTo("COMPLETED");
            assertThat(ended.json().path("output").asString()).isEqualTo("done");
            Result unknown = terminal.execute("runs", "wait", stack.namespace().newRunId().text());
            assertThat(unknown.code()).isEqualTo(4);
            assertThat(unknown.err()).contains("there is no run ");
        }
    }

    private static String hold(CountDownLatch end) throws InterruptedException {
        end.await();
        return "done";
    }
}
