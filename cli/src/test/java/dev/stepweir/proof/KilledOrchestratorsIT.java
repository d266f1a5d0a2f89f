package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Stepweir;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepView;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The installation of the documentation, each role a process with its own defaults: two
 * orchestrators, which are killed (SIGKILL) in turn and started again while runs are submitted, a
 * reaper and two workers. {@code -Dproof.runs} says how many runs.
 */
@WithRedis(privateServer = true)
class KilledOrchestratorsIT {

    private static final int RUNS = Integer.getInteger("proof.runs", 100);
    private static final long SEED = Long.getLong("proof.seed", 3L);
    private static final int WIDTH = 8;
    private static final int BATCH = 10;

    private final Random random = new Random(SEED);

    @Test
    @DisplayName("runs complete, each step committed once, while orchestrators die and come back")
    void runs_survive_the_deaths_of_their_orchestrators(TestRedis server, JavaProcesses processes)
            throws Exception {
        List<JavaProcess> orchestrators = new ArrayList<>();
        for (String role : List.of("orchestrator", "orchestrator", "reaper", "worker", "worker")) {
            JavaProcess process = start(server, processes, role);
            if (role.equals("orchestrator")) {
                orchestrators.add(process);
            }
        }
        List<RunId> runs = new ArrayList<>();
        int kills = 0;
        try (Stack stack = Stack.open(server)) {
            while (runs.size() < RUNS) {
                runs.addAll(stack.submit(fan(), Math.min(BATCH, RUNS - runs.size())));
                int victim = kills % orchestrators.size();
                orchestrators.get(victim).awaitLine(line -> line.startsWith("ready "), Stack.SOON);
                Stack.pass(Duration.ofMillis(random.nextInt(50)));
                orchestrators.get(victim).kill();
                orchestrators.set(victim, start(server, processes, "orchestrator"));
                kills++;
                runs.addAll(stack.submit(fan(), Math.min(BATCH, RUNS - runs.size())));
            }
            for (RunId run : runs) {
                stack.await(run);
                RunView view = Audit.completed(stack, run);
                assertThat(view.steps()).hasSize(WIDTH + 2).allSatisfy(this::isDoneOnce);
            }
            Audit.nothingIsLeft(stack);
        }
        System.out.printf(
                "[proof] %d kills of orchestrators, %d runs, %d steps, each committed once,"
                        + " nothing left, seed %d%n",
                kills, runs.size(), runs.size() * (WIDTH + 2), SEED);
    }

    private void isDoneOnce(StepView step) {
        assertThat(step.attempt()).isEqualTo(1);
        assertThat(step.crashes()).isZero();
        assertThat(step.failures()).isZero();
    }

    private static Workflow fan() {
        Workflow.Builder fan = Workflow.builder("fan").step("first", s -> s.handler("echo"));
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < WIDTH; i++) {
            parts.add("part" + i);
            fan.step(parts.getLast(), s -> s.handler("echo").after("first"));
        }
        return fan.step("last", s -> s.handler("echo").after(parts)).build();
    }

    private static JavaProcess start(TestRedis server, JavaProcesses processes, String role) {
        JavaProcess.Command command =
                JavaProcess.Command.of(
                        Stepweir.class,
                        role,
                        "--redis",
                        server.uri(),
                        "--namespace",
                        server.namespace());
        return processes.start(command.withJvmOptions("-Xmx128m"));
    }
}
