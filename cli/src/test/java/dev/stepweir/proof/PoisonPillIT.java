package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.operator.letters.DeadLetterView;
import dev.stepweir.operator.letters.DeadLetters;
import dev.stepweir.reaper.ReaperConfig;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Steps that end the process of whoever executes them, among many that do no harm, with the crash
 * budget that is the default. {@code -Dproof.pills} says how many.
 */
@WithRedis(privateServer = true)
class PoisonPillIT {

    private static final int PILLS = Integer.getInteger("proof.pills", 1);
    private static final int GOOD_RUNS = Integer.getInteger("proof.runs", 100);
    private static final int WIDTH = 8;
    private static final int STEPS = WIDTH + 2;
    private static final int WORKERS = 3;
    private static final int BUDGET = 3;

    /** Long enough that each crash charged is a death, not a worker held up by a busy machine. */
    private static final ReaperConfig TERMS =
            Stack.REAPER
                    .withCrashBudget(BUDGET)
                    .timed(Duration.ofSeconds(3), Stack.HEARTBEAT, Duration.ofMillis(100));

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final List<JavaProcess> workers = new ArrayList<>();
    private int deaths;

    @Test
    @DisplayName(
            "S2-067, B3: orphan_with_exhausted_retries_fails: a pill dies after three deaths of"
                    + " workers, and no other step with it")
    void a_pill_is_a_dead_letter_after_three_deaths_and_nobody_else(
            TestRedis server, JavaProcesses processes) throws Exception {
        Workflow pill =
                Workflow.builder("pill").step("pill", s -> s.handler(WorkerMain.PILL)).build();
        try (Stack stack = Stack.open(server).orchestrator().reaper(TERMS)) {
            List<RunId> good = stack.submit(Shapes.fan(WIDTH, 20), GOOD_RUNS / 2);
            List<RunId> bad = stack.submit(pill, PILLS);
            good.addAll(stack.submit(Shapes.fan(WIDTH, 20), GOOD_RUNS - GOOD_RUNS / 2));
            for (int i = 0; i < WORKERS; i++) {
                workers.add(start(server, processes));
            }
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> {
                        replaceTheDead(server, processes);
                        return bad.stream().allMatch(run -> isFailed(stack, run))
                                && good.stream().allMatch(run -> isClosed(stack, run));
                    });
            Audit.Sum sum = Audit.ofWitnessedBesideLetters(stack, good);
            List<DeadLetterView> letters =
                    new DeadLetters(stack.redis(), stack.namespace()).list(100);
            assertThat(letters).hasSize(PILLS);
            assertThat(deaths).isEqualTo(PILLS * BUDGET);
            letters.forEach(PoisonPillIT::isAPill);
            bad.forEach(run -> tellsItsStory(stack, run));
            System.out.printf(
                    "[proof] %d poison pills among %d good steps: %d deaths of workers,"
                            + " %d dead letters, all of them pills; %s%n",
                    PILLS, GOOD_RUNS * STEPS, deaths, letters.size(), sum);
        }
    }

    private static void isAPill(DeadLetterView view) {
        DeadLetter letter = view.letter();
        assertThat(letter.handler()).isEqualTo(WorkerMain.PILL);
        assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.CRASH_LOOP);
        assertThat(letter.crashes()).isEqualTo(BUDGET);
        assertThat(letter.failures()).isZero();
    }

    /** Each attempt: begun by whom, and how it ended. */
    private static void tellsItsStory(Stack stack, RunId run) {
        List<HistoryEntry> history = stack.client().runs().history(run);
        assertThat(history.stream().filter(e -> e.step().isPresent()).map(HistoryEntry::event))
                .containsExactly(
                        "PUBLISHED",
                        "BEGUN",
                        "CRASHED",
                        "PUBLISHED",
                        "BEGUN",
                        "CRASHED",
                        "PUBLISHED",
                        "BEGUN",
                        "DEAD");
        assertThat(history.stream().filter(e -> e.event().equals("CRASHED")))
                .allSatisfy(e -> assertThat(e.details()).containsKeys("worker", "idle_ms"));
        StepView step = stack.client().show(run).orElseThrow().steps().getFirst();
        assertThat(step.state()).isEqualTo(StepStatus.DEAD);
    }

    private static boolean isFailed(Stack stack, RunId run) {
        return stack.client().show(run).map(RunView::state).orElseThrow() == RunState.FAILED;
    }

    private static boolean isClosed(Stack stack, RunId run) {
        return stack.client().show(run).map(RunView::state).orElseThrow().isClosed();
    }

    private void replaceTheDead(TestRedis server, JavaProcesses processes) {
        for (int i = 0; i < workers.size(); i++) {
            if (!workers.get(i).isAlive()) {
                deaths++;
                workers.set(i, start(server, processes));
            }
        }
    }

    private static JavaProcess start(TestRedis server, JavaProcesses processes) {
        return processes.start(
                JavaProcess.Command.of(WorkerMain.class, server.uri(), server.namespace())
                        .withJvmOptions("-Xmx128m"));
    }
}
