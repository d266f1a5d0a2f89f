package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.effect.EffectLedger;
import dev.stepweir.effect.RedisEffectLedger;
import dev.stepweir.operator.RunFilter;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Worker processes are killed while their steps have effects outside. {@code -Dproof.kills} says
 * how many; {@code -Dproof.seed} when.
 */
@WithRedis(privateServer = true)
class KilledEffectsIT {

    private static final int KILLS = Integer.getInteger("proof.kills", 10);
    private static final int MOST_KILLS = 60;
    private static final int MOST_LOOKS = 200;
    private static final long SEED = Long.getLong("proof.seed", 7L);
    private static final int WORKERS = 2;
    private static final int OPEN_RUNS = 10;

    private static final Workflow PAYMENT =
            Workflow.builder("payment")
                    .step("move", s -> s.handler(EffectsMain.TWO))
                    .step("once", s -> s.handler(EffectsMain.SHARED).idempotency("shared"))
                    .build();

    private final Random random = new Random(SEED);
    private int kills;
    private final List<JavaProcess> workers = new ArrayList<>();

    @Test
    @DisplayName(
            "each effect is applied once, and runs with one input share one, however workers die")
    void effects_happen_once_whoever_dies(TestRedis server, JavaProcesses processes)
            throws Exception {
        Map<RunId, Integer> runs = new HashMap<>();
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            for (int i = 0; i < WORKERS; i++) {
                workers.add(start(server, processes));
            }
            // Until one of the kills has hit the gap between an effect and the note of it.
            while (kills < KILLS || (kills < MOST_KILLS && !someAskedAgain(server))) {
                int victim = random.nextInt(WORKERS);
                awaitReady(workers.get(victim));
                int open = stack.client().runs().list(RunFilter.OPEN, 1_000).size();
                for (int i = open; i < OPEN_RUNS; i++) {
                    int input = kills * 3 + random.nextInt(3);
                    runs.put(stack.client().submit(PAYMENT, input).id(), input);
                }
                awaitEffect(server, told(server).size());
                Stack.pass(Duration.ofMillis(random.nextInt(50)));
                workers.get(victim).kill();
                kills++;
                workers.set(victim, start(server, processes));
            }
            check(stack, server, runs);
        }
    }

    /** Or until it can be told that nobody works: what a dead worker held is not reclaimed yet. */
    private static void awaitEffect(TestRedis server, int before) throws InterruptedException {
        for (int looks = 0; looks < MOST_LOOKS && told(server).size() == before; looks++) {
            Stack.pass(Duration.ofMillis(5));
        }
    }

    private static boolean someAskedAgain(TestRedis server) {
        return told(server).stream().anyMatch(line -> !line.startsWith("APPLIED "));
    }

    private static List<String> told(TestRedis server) {
        return server.commands().lrange("effects:" + server.namespace(), 0, -1);
    }

    private void check(Stack stack, TestRedis server, Map<RunId, Integer> runs)
            throws InterruptedException {
        EffectLedger ledger =
                new RedisEffectLedger(stack.redis(), stack.namespace(), Duration.ofDays(1));
        Map<Integer, Set<String>> shared = new HashMap<>();
        for (RunId run : runs.keySet()) {
            var view = stack.await(run);
            assertThat(view.state()).isEqualTo(RunState.COMPLETED);
            shared.computeIfAbsent(runs.get(run), input -> new HashSet<>())
                    .add(view.steps().get(1).output().asString());
            for (String effect : EffectsMain.EFFECTS) {
                assertThat(ledger.effect(run + "/move/" + effect)).isPresent();
            }
        }
        assertThat(shared.values())
                .as("results of runs with one input")
                .allMatch(r -> r.size() == 1);
        List<String> told = told(server);
        List<String> applied = told.stream().filter(line -> line.startsWith("APPLIED ")).toList();
        // A kill between the ledger's answer and the line about it takes the line.
        assertThat(applied).doesNotHaveDuplicates();
        assertThat(told.size()).as("kills after an effect").isGreaterThan(applied.size());
        System.out.printf(
                "[proof] %d kills, %d runs, %d effects applied, %d asked for again, %d inputs"
                        + " shared, 0 applied twice, seed %d%n",
                kills,
                runs.size(),
                applied.size(),
                told.size() - applied.size(),
                shared.size(),
                SEED);
    }

    private static JavaProcess start(TestRedis server, JavaProcesses processes) {
        return processes.start(
                JavaProcess.Command.of(EffectsMain.class, server.uri(), server.namespace())
                        .withJvmOptions("-Xmx128m"));
    }

    private static void awaitReady(JavaProcess worker) {
        worker.awaitLine(line -> line.startsWith(EffectsMain.READY), Stack.SOON);
    }
}
