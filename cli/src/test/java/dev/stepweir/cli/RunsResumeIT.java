package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.resume.LockAttempt;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.seed.TenItems;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithProcesses;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Worker;
import java.time.Duration;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** {@code runs pause} and {@code runs resume} as an operator types them. */
@WithRedis
@WithProcesses
@Timeout(60)
class RunsResumeIT {

    private Terminal terminal;

    @BeforeEach
    void open(TestRedis server) {
        terminal = Terminal.on(server);
    }

    @Test
    @DisplayName("S4-FR4, S4-FR8: the plan, and the result of what it led to")
    void a_resume_shows_its_plan_and_its_result(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            TenItems items = new TenItems(stack, 6, 4, 5, 6);
            RunId run = items.interrupted();
            items.mend();

            Terminal.Result dry =
                    terminal.execute(
                            "runs",
                            "resume",
                            run.text(),
                            "--include-dlq",
                            "--reset-failed",
                            "--max-additional-retries",
                            "3",
                            "--dry-run",
                            "--json");
            assertThat(dry.code()).isZero();
            assertThat(dry.json().path("found").asInt()).isEqualTo(10);
            assertThat(dry.json().path("duplicates").asInt()).isEqualTo(3);
            assertThat(dry.json().path("unique").asInt()).isEqualTo(7);
            assertThat(dry.json().path("items").path(0).toString())
                    .isEqualTo(
                            "{\"id\":\"item-7\",\"source\":\"pending\",\"state\":\"READY\","
                                    + "\"act\":\"announce\"}");
            assertThat(items.view(run).state()).isEqualTo(RunState.PAUSED);

            Terminal.Result done =
                    terminal.execute(
                            "runs",
                            "resume",
                            run.text(),
                            "--include-dlq",
                            "--reset-failed",
                            "--max-additional-retries",
                            "3",
                            "--reason",
                            "mended",
                            "--wait",
                            "--json");
            assertThat(done.code()).as(done.err()).isZero();
            JsonNode result = done.json();
            assertThat(result.path("total_processed").asInt()).isEqualTo(7);
            assertThat(result.path("successful").asInt()).isEqualTo(7);
            assertThat(result.path("failed").asInt()).isZero();
            assertThat(result.path("complete").asBoolean()).isTrue();
            JsonNode shown = terminal.execute("runs", "show", run.text(), "--json").json();
            assertThat(shown.path("successful").asInt()).isEqualTo(10);
            String history = terminal.execute("runs", "history", run.text(), "--json").out();
            assertThat(history).contains("PAUSED", "deploy", "RESUMED", "mended");

            Terminal.Result again = terminal.execute("runs", "resume", run.text(), "--json");
            assertThat(again.code()).isZero();
            assertThat(again.json().path("status").asString()).isEqualTo("COMPLETED");
        }
    }

    @Test
    @DisplayName("S4-FR2: of two commands at once one resumes and the other is told who does")
    void of_two_commands_one_is_refused(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            TenItems items = new TenItems(stack, 10, 4, 5, 6);
            RunId run = items.submit();
            try (Worker worker = items.worker(10)) {
                items.go();
                assertThat(stack.await(run).state()).isEqualTo(RunState.FAILED);
            }
            items.mend();
            // Nobody executes the steps, so who has the lock waits, and the other ends first.
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var commands = new ExecutorCompletionService<Terminal.Result>(threads);
                for (int i = 0; i < 2; i++) {
                    commands.submit(() ->
                            terminal.execute(
                                    "runs", "resume", run.text(), "--include-dlq", "--wait"));
                }
                Terminal.Result refused = commands.take().get();
                assertThat(refused.code()).as(refused.err()).isEqualTo(4);
                assertThat(refused.err())
                        .contains("is being resumed by", System.getProperty("user.name"))
                        .contains("process " + ProcessHandle.current().pid());
                items.worker(10);
                Terminal.Result resumed = commands.take().get();
                assertThat(resumed.code()).as(resumed.err()).isZero();
            }
            assertThat(items.in(StepStatus.SUCCEEDED, run)).hasSize(10);
            assertThat(items.isLocked(run)).isFalse();
        }
    }

    @Test
    @DisplayName(
            "S4-FR5, S4-N2, B17: a lock is free again when the process that held it was killed")
    void a_lock_is_free_when_its_holder_was_killed(TestRedis server, JavaProcesses processes)
            throws Exception {
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            TenItems items = new TenItems(stack, 6, 4);
            RunId run = items.interrupted();
            JavaProcess eve =
                    processes.start(
                            JavaProcess.Command.of(
                                    ResumerMain.class,
                                    server.uri(),
                                    server.namespace(),
                                    run.text()));
            eve.awaitLine(ResumerMain.LOCKED::equals, Duration.ofSeconds(30));
            Terminal.Result refused = terminal.execute("runs", "resume", run.text());
            assertThat(refused.code()).isEqualTo(4);
            assertThat(refused.err()).contains("is being resumed by eve (process " + eve.pid());

            eve.kill();
            items.mend();

            await().until(() ->
                    terminal.execute("runs", "resume", run.text(), "--reset-failed").code() == 0);
            assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
        }
    }

    @Test
    @DisplayName("a paused run is held up, says by whom, and goes on when it is resumed")
    void a_paused_run_says_who_paused_it(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            TenItems items = new TenItems(stack, 10);
            items.go();
            RunId run = items.submit();
            assertThat(terminal.execute("runs", "pause", run.text(), "--reason", "look").code())
                    .isZero();
            items.worker(10);

            assertThat(terminal.execute("runs", "pause", run.text()).err())
                    .contains("was paused before");
            assertThat(terminal.execute("runs", "show", run.text()).out())
                    .contains("status    PAUSED", "paused by " + System.getProperty("user.name"));
            JsonNode cause = terminal.execute("explain", run.text(), "--json").json().path("cause");
            assertThat(cause.path("cause").asString()).isEqualTo("RUN_PAUSED");
            assertThat(cause.path("reason").asString()).isEqualTo("look");
            assertThat(items.executed()).isEmpty();

            assertThat(terminal.execute("runs", "resume", run.text(), "--wait").code()).isZero();
            assertThat(items.executed()).hasSize(10).doesNotHaveDuplicates();
        }
    }

    @Test
    @DisplayName("a resume gives so many more attempts as it says")
    void attempts_are_forgiven_as_far_as_was_said(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            TenItems items = new TenItems(stack, 10, 4);
            RunId run = items.failed();
            items.executed();

            Terminal.Result resumed =
                    terminal.execute(
                            "runs",
                            "resume",
                            run.text(),
                            "--reset-failed",
                            "--max-additional-retries",
                            "3",
                            "--wait");

            assertThat(resumed.code()).isEqualTo(1);
            assertThat(items.executed()).containsExactly("item-4", "item-4", "item-4");
            String stored =
                    server.commands()
                            .hget(stack.namespace().keys(run).run(run), StepFields.state("item-4"));
            assertThat(StepField.parse(stored).ledgers().failures()).isEqualTo(4);
        }
    }

    @Test
    void a_run_that_is_on_its_way_has_nothing_to_resume(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator()) {
            RunId run = new TenItems(stack, 10, 4, 5, 6).submit();
            await().atMost(Stack.SOON)
                    .until(() ->
                            stack.client().show(run).orElseThrow().state() == RunState.RUNNING);

            Terminal.Result said = terminal.execute("runs", "resume", run.text());
            assertThat(said.code()).isZero();
            assertThat(said.out()).isEmpty();
            assertThat(said.err())
                    .isEqualToIgnoringNewLines("nothing to resume: the run is RUNNING");
            JsonNode json = terminal.execute("runs", "resume", run.text(), "--json").json();
            assertThat(json.path("nothing_to_resume").asBoolean()).isTrue();
            Terminal.Result late =
                    terminal.execute(
                            "runs", "resume", run.text(), "--wait", "--wait-timeout", "300ms");
            assertThat(late.code()).isEqualTo(6);
            assertThat(late.err()).contains("had not closed after 300 ms");
            assertThat(json.path("status").asString()).isEqualTo("RUNNING");
        }
    }

    @Test
    void bad_input_and_missing_runs_are_refused(TestRedis server) {
        try (Stack stack = Stack.open(server)) {
            RunId none = stack.namespace().newRunId();
            Terminal.Result zero =
                    terminal.execute(
                            "runs", "resume", none.text(), "--max-additional-retries", "0");
            assertThat(zero.code()).isEqualTo(2);
            assertThat(zero.err())
                    .contains("--max-additional-retries: ", "must be in 1..1000, found 0");
            assertThat(terminal.execute("runs", "resume", none.text()).code()).isEqualTo(4);
            assertThat(terminal.execute("runs", "resume", none.text(), "--dry-run").code())
                    .isEqualTo(4);
            assertThat(terminal.execute("runs", "pause", none.text()).code()).isEqualTo(4);
            assertThat(stack.client().resumes().lock(none, "ada"))
                    .isEqualTo(new LockAttempt.NoSuchRun());
        }
    }
}
