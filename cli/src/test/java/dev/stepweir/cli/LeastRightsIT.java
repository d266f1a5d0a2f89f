package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.handler.BuiltInHandlers;
import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Worker;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rights that the documents tell an operator to give. */
@WithRedis(privateServer = true)
class LeastRightsIT {

    private static final Path DOCUMENTED =
            Path.of("").toAbsolutePath().getParent().resolve("docs/deployment.md");
    private static final String GIVE = "    ACL SETUSER stepweir on >PASSWORD ";
    private static final Duration SOON = Duration.ofSeconds(30);

    private static final Workflow FLOW =
            Workflow.builder("flow")
                    .step("once", s -> s.handler("fail-n-times").setting("fail_count", 1))
                    .step("breakable", s -> s.handler("breakable").maxAttempts(1).after("once"))
                    .step("last", s -> s.handler("echo").after("breakable"))
                    .build();

    private static final Workflow SLEEP =
            Workflow.builder("sleep")
                    .step("s", s -> s.handler("sleep").setting("duration_ms", 5_000))
                    .build();

    private TestRedis server;
    private String address;

    @BeforeEach
    void allow(TestRedis own) throws IOException {
        server = own;
        address = server.uri().replaceFirst("//[^@]*@", "//stepweir:secret@");
        String rights =
                Files.readAllLines(DOCUMENTED).stream()
                        .filter(line -> line.startsWith(GIVE))
                        .map(line -> line.substring(GIVE.length()))
                        .findFirst()
                        .orElseThrow();
        setUser("reset on >secret " + rights);
        server.commands().aclLogReset();
    }

    @Test
    void everything_works_with_the_rights_that_are_documented(JavaProcesses processes)
            throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        Handlers handlers = new Handlers().addAll(new BuiltInHandlers());
        handlers.add(
                "breakable",
                (input, context) -> {
                    if (broken.get()) {
                        throw new IllegalStateException("broken");
                    }
                    return input;
                });
        Terminal terminal = new Terminal("--redis", address, "--namespace", server.namespace());
        try (Stack stack = Stack.open(address, server.namespace(), 2)) {
            stack.orchestrator().reaper();
            RunId left = leave(stack, processes);
            Worker worker = stack.worker(handlers);
            assertThat(stack.await(left).state()).isEqualTo(RunState.COMPLETED);
            assertThat(stack.client().runs().history(left))
                    .extracting(HistoryEntry::event)
                    .contains("CRASHED");
            RunId run = stack.client().submit(FLOW, "in").id();
            stack.client().await(run, Stack.SOON);
            String letter = run + "/breakable";
            ok(terminal, "explain " + run);
            ok(terminal, "dlq show " + letter);
            ok(terminal, "dlq note " + letter + " --status MENDED");
            ok(terminal, "dlq edit " + letter + " --input 7 --reason r");
            ok(terminal, "steps show " + run + " breakable");
            ok(terminal, "breakers open breakable");
            ok(terminal, "breakers reset breakable");
            ok(terminal, "queues pause breakable");
            await().until(() -> worker.pausedQueues().contains("breakable"));
            broken.set(false);
            ok(terminal, "dlq retry " + letter);
            ok(terminal, "runs pause " + run);
            ok(terminal, "runs resume " + run);
            ok(terminal, "queues resume breakable");
            assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
            RunId cancelled = stack.client().submit(SLEEP, null).id();
            ok(terminal, "runs cancel " + cancelled);
            for (String command :
                    List.of("workers list", "queues list", "runs list", "dlq stats")) {
                ok(terminal, command);
            }
            ok(terminal, "runs purge " + run);
            assertThat(ok(terminal, "doctor --fix").out()).contains("ok    rights      all");
        }

        assertThat(server.commands().aclLog()).isEmpty();
    }

    @Test
    void a_role_waits_for_a_right_that_is_missing_and_names_it(JavaProcesses processes) {
        setUser("-xclaim resetchannels");
        JavaProcess reaper =
                processes.start(
                        JavaProcess.Command.of(Stepweir.class, "reaper", "--redis", address));

        assertThat(reaper.awaitLine(line -> line.contains("next try in 1 s"), SOON))
                .contains(
                        "cannot be used (Redis refuses channels that begin with",
                        "'sw:{default:', XCLAIM (NOPERM");
        setUser("+xclaim allchannels");

        reaper.awaitLine(line -> line.startsWith("ready reaper "), SOON);
        assertThat(reaper.lines()).filteredOn(line -> line.startsWith("WARN memory")).hasSize(1);
    }

    @Test
    void the_doctor_names_a_right_that_is_missing_and_touches_nothing() {
        Terminal terminal = new Terminal("--redis", address, "doctor", "--fix", "--json");
        assertThat(terminal.execute().code()).isZero();
        for (String rule : List.of("-hset", "-info", "-time", "-xrange")) {
            setUser(rule);

            Result told = terminal.execute();

            assertThat(told.code()).as(rule).isEqualTo(1);
            assertThat(told.json().path(0).path("message").asString())
                    .startsWith("Redis refuses " + rule.substring(1).toUpperCase(Locale.ROOT));
            setUser("+" + rule.substring(1));
        }
        setUser("resetkeys ~sw:{other:*");
        Result none = terminal.execute();
        assertThat(none.code()).isEqualTo(5);
        assertThat(none.err()).contains("Redis refuses keys that begin with 'sw:{default:'");
    }

    /** A worker that dies with a step in its hand, for which there is no other yet. */
    private RunId leave(Stack stack, JavaProcesses processes) {
        String[] own = {"--redis", address, "--namespace", server.namespace()};
        JavaProcess worker =
                processes.start(
                        JavaProcess.Command.of(
                                Stepweir.class,
                                Stream.concat(
                                                Stream.of("worker", "--heartbeat", "200ms"),
                                                Stream.of(own))
                                        .toArray(String[]::new)));
        worker.awaitLine(line -> line.startsWith("ready worker "), SOON);
        RunId run = stack.client().submit(SLEEP, null).id();
        await().atMost(SOON).until(() -> state(stack, run) == StepStatus.RUNNING);
        worker.kill();
        return run;
    }

    private static StepStatus state(Stack stack, RunId run) {
        return stack.client().show(run).orElseThrow().steps().getFirst().state();
    }

    private static Result ok(Terminal terminal, String command) {
        Result result = terminal.execute(command.split(" "));
        assertThat(result.code()).as("%s: %s", command, result.err()).isZero();
        return result;
    }

    private void setUser(String rules) {
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
        args.add("SETUSER").add("stepweir");
        for (String rule : rules.split(" ")) {
            args.add(rule);
        }
        server.commands().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), args);
    }
}
