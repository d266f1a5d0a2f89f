package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stepweir.cli.Stepweir;
import dev.stepweir.client.IntakeRefusedException;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.handler.Handlers;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.StepDefinition;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Redis reaches its memory limit while runs are open. */
@WithRedis(privateServer = true, maxmemoryBytes = 64 << 20)
class FullRedisIT {

    private static final int RUNS = 100;
    private static final int FINISHED_RUNS = 12;
    private static final String FILLER = "filler";
    private static final String ONE_KILOBYTE = "x".repeat(1_000);
    private static final String ONE_MEGABYTE = "x".repeat(1_000_000);

    private final List<String> paper = new CopyOnWriteArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);

    @Test
    @DisplayName("a full Redis takes no new run and finishes those that it has taken")
    void open_runs_complete_and_new_ones_are_refused(TestRedis server) throws Exception {
        Workflow workflow = Shapes.fan(8, 0);
        Witness witness = new Witness(paper::add);
        Handlers handlers =
                new Handlers()
                        .add(
                                Witness.HANDLER,
                                (input, context) -> {
                                    gate.await();
                                    failAtFirst(context.step(), context.attempt());
                                    return witness.handle(input, context);
                                });
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            stack.worker(handlers);
            List<RunId> runs = stack.submit(workflow, RUNS);
            await().atMost(Stack.SOON).until(() -> openAndStarted(stack) == RUNS);

            fill(server);
            assertThatThrownBy(() -> server.commands().set("plain", ONE_MEGABYTE))
                    .hasMessageStartingWith("OOM");
            await().untilAsserted(() ->
                    assertThatThrownBy(() -> submit(stack.client(), workflow))
                            .isInstanceOf(IntakeRefusedException.class)
                            .hasMessageContaining("maxmemory of 64 MiB"));

            gate.countDown();
            for (RunId run : runs) {
                stack.await(run);
            }
            assertThatThrownBy(() -> server.commands().set("plain", ONE_MEGABYTE))
                    .hasMessageStartingWith("OOM");
            Audit.Sum sum =
                    Audit.ofWitnessed(
                            stack, runs, paper.stream().map(Witness.Testimony::parse).toList());
            System.out.printf("[proof] a full Redis, %d open runs, %s%n", RUNS, sum);

            server.commands().del(FILLER);
            await().until(() -> submitted(stack.client(), workflow));
        }
    }

    @Test
    @DisplayName("roles that start beyond the memory limit finish what was accepted before")
    void new_roles_finish_accepted_runs_and_a_purge_restores_intake(
            TestRedis server, JavaProcesses processes) throws Exception {
        Workflow large = Workflow.builder("large").step("only", s -> s.handler("echo")).build();
        Workflow small =
                Workflow.builder("small")
                        .step("first", s -> s.handler("echo"))
                        .step("flaky", s -> retried(s).after("first"))
                        .step("last", s -> s.handler("echo").after("flaky"))
                        .build();
        try (Stack stack = Stack.start(server)) {
            for (int i = 0; i < FINISHED_RUNS; i++) {
                assertThat(stack.run(large, ONE_MEGABYTE).state()).isEqualTo(RunState.COMPLETED);
            }
        }
        try (Stack stack = Stack.open(server)) {
            List<RunId> runs = stack.submit(small, RUNS);
            fill(server);
            server.commands().configSet("maxmemory", String.valueOf(60 << 20));

            List<JavaProcess> roles = new ArrayList<>();
            for (String role : List.of("orchestrator", "reaper", "worker")) {
                roles.add(start(server, processes, role));
            }
            roles.add(start(server, processes, "worker", "--name", "billing"));
            for (JavaProcess role : roles) {
                role.awaitLine(line -> line.startsWith("ready "), Stack.SOON);
            }
            for (RunId run : runs) {
                assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
            }
            assertThatThrownBy(() -> server.commands().set("plain", ONE_KILOBYTE))
                    .hasMessageStartingWith("OOM");
            assertThatThrownBy(() -> submit(stack.client(), small))
                    .isInstanceOf(IntakeRefusedException.class)
                    .hasMessageContaining("stepweir runs purge");

            JavaProcess purge = start(server, processes, "runs", "purge", "--older-than", "0s");
            assertThat(purge.waitFor(Stack.SOON)).isZero();
            assertThat(purge.lines()).contains(RUNS + FINISHED_RUNS + " runs removed");
            await().atMost(Stack.SOON).until(() -> submitted(stack.client(), small));
            for (JavaProcess role : roles) {
                assertThat(role.lines())
                        .noneMatch(line -> line.contains("OOM") || line.contains(" ERROR "));
            }
        }
    }

    private static StepDefinition.Builder retried(StepDefinition.Builder step) {
        return step.handler("fail-n-times")
                .setting("fail_count", 1)
                .maxAttempts(3)
                .backoff(Backoff.FIXED, Duration.ofMillis(100));
    }

    private static JavaProcess start(TestRedis server, JavaProcesses processes, String... command) {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(List.of("--redis", server.uri(), "--namespace", server.namespace()));
        return processes.start(JavaProcess.Command.of(Stepweir.class, line.toArray(String[]::new)));
    }

    /** So that retries, and with them timers, have to work without memory as well. */
    private static void failAtFirst(String step, int attempt) {
        if (step.equals("part3") && attempt == 1) {
            throw new IllegalStateException("once");
        }
    }

    private static long openAndStarted(Stack stack) {
        return stack.client().runs().list(1_000).stream()
                .filter(run -> run.state() == RunState.RUNNING)
                .count();
    }

    private static RunId submit(StepweirClient client, Workflow workflow) {
        return client.submit(workflow, 1).id();
    }

    private static boolean submitted(StepweirClient client, Workflow workflow) {
        try {
            return submit(client, workflow).partition() >= 0;
        } catch (IntakeRefusedException stillBelievedToBeFull) {
            return false;
        }
    }

    private static void fill(TestRedis server) {
        for (String piece : List.of(ONE_MEGABYTE, ONE_KILOBYTE)) {
            try {
                for (int i = 0; i < 100_000; i++) {
                    server.commands().rpush(FILLER, piece);
                }
            } catch (RedisCommandExecutionException full) {
                assertThat(full).hasMessageStartingWith("OOM");
            }
        }
    }
}
