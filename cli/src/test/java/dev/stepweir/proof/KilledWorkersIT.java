package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.operator.RunFilter;
import dev.stepweir.reaper.ReaperConfig;
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
 * Worker processes are killed (SIGKILL) at random moments under load, and replaced. {@code
 * -Dproof.kills} says how many; {@code -Dproof.seed} which moments and which workers.
 */
@WithRedis(privateServer = true)
class KilledWorkersIT {

    private static final int KILLS = Integer.getInteger("proof.kills", 10);
    private static final long SEED = Long.getLong("proof.seed", 7L);
    private static final int WORKERS = 3;

    /**
     * Twice the crash budget that is usual. Of three workers one is killed each second here, and
     * often just while it executes a suspect alone: a third death proves nothing then. What it
     * proves otherwise is {@link PoisonPillIT}'s.
     */
    private static final ReaperConfig TERMS =
            Stack.REAPER.withCrashBudget(2 * ReaperConfig.DEFAULTS.crashBudget());

    private static final int OPEN_RUNS = 20;
    private static final Workflow FAN = Shapes.fan(8, 100);

    private final Random random = new Random(SEED);
    private final List<JavaProcess> workers = new ArrayList<>();

    @Test
    @DisplayName("S2-009, S3-15, S3-17: each step is committed once, however workers die")
    void runs_survive_the_deaths_of_their_workers(TestRedis server, JavaProcesses processes)
            throws Exception {
        List<RunId> runs = new ArrayList<>();
        try (Stack stack = Stack.open(server).orchestrator().reaper(TERMS)) {
            for (int i = 0; i < WORKERS; i++) {
                workers.add(start(server, processes));
            }
            workers.forEach(KilledWorkersIT::awaitReady);
            for (int kill = 0; kill < KILLS; kill++) {
                int victim = random.nextInt(WORKERS);
                awaitReady(workers.get(victim));
                // Not before: runs would be over by the time that the victim has started.
                int open = stack.client().runs().list(RunFilter.OPEN, 1_000).size();
                runs.addAll(stack.submit(FAN, OPEN_RUNS - Math.min(open, OPEN_RUNS)));
                Stack.pass(Duration.ofMillis(50 + random.nextInt(250)));
                workers.get(victim).kill();
                workers.set(victim, start(server, processes));
            }
            for (RunId run : runs) {
                stack.await(run);
            }
            Audit.Sum sum = Audit.ofWitnessed(stack, runs);
            System.out.printf(
                    "[proof] %d kills of workers, %d runs, %s, 0 lost, 0 double commits, seed %d%n",
                    KILLS, runs.size(), sum, SEED);
            assertThat(sum.crashes()).as("kills that hit a step at work").isPositive();
        }
    }

    private static JavaProcess start(TestRedis server, JavaProcesses processes) {
        return processes.start(
                JavaProcess.Command.of(WorkerMain.class, server.uri(), server.namespace())
                        .withJvmOptions("-Xmx128m"));
    }

    private static void awaitReady(JavaProcess worker) {
        worker.awaitLine(line -> line.startsWith(WorkerMain.READY), Stack.SOON);
    }
}
