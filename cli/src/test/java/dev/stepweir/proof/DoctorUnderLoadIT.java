package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.operator.doctor.Doctor;
import dev.stepweir.operator.doctor.Treatment;
import dev.stepweir.operator.resume.LockAttempt;
import dev.stepweir.operator.resume.ResumeOptions;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What moves is no fault: beside a load in which nothing is wrong the doctor finds nothing. {@code
 * -Dproof.seed} says what the load is.
 */
@WithRedis(privateServer = true)
class DoctorUnderLoadIT {

    private static final long SEED = Long.getLong("proof.seed", 23L);
    private static final Duration LOAD = Duration.ofSeconds(8);

    private static final List<Workflow> SHAPES =
            List.of(
                    Shapes.chain(4, 2),
                    Shapes.fan(8, 3),
                    Shapes.diamond(10),
                    Shapes.retried(2, 2),
                    Shapes.guarded(2, 2),
                    Shapes.retriedAsWhole(2),
                    Shapes.exhausted(2));

    private final Random random = new Random(SEED);
    private final List<RunId> runs = new ArrayList<>();

    @Test
    void a_sound_namespace_has_no_findings_however_busy_it_is(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator().orchestrator().reaper()) {
            stack.worker(Witness.handlers(stack));
            stack.worker(Witness.handlers(stack));
            Doctor doctor = new Doctor(stack.redis(), stack.namespace(), Doctor.USUAL_SILENCE);
            List<Treatment> told = new ArrayList<>();
            int examinations = 0;
            long end = System.nanoTime() + LOAD.toNanos();
            while (System.nanoTime() < end) {
                for (int i = 0; i < 5; i++) {
                    load(stack);
                }
                doctor.examine(false, told::add);
                examinations++;
                assertThat(told).as("seed %d", SEED).isEmpty();
            }
            System.out.printf(
                    "[proof] %d examinations beside %d runs, seed %d: no finding%n",
                    examinations, runs.size(), SEED);
            assertThat(examinations).isGreaterThan(5);
        }
    }

    private void load(Stack stack) {
        RunId run =
                stack.client().submit(SHAPES.get(random.nextInt(SHAPES.size())), runs.size()).id();
        runs.add(run);
        RunId other = runs.get(random.nextInt(runs.size()));
        switch (random.nextInt(8)) {
            case 0 -> {
                var unused = stack.client().runs().cancel(other, "load", "");
            }
            case 1 -> {
                var unused = stack.client().runs().pause(other, "load", "");
            }
            case 2, 3 -> resume(stack, other);
            case 4 -> purge(stack, other);
            default -> {}
        }
    }

    private static void resume(Stack stack, RunId run) {
        ResumeOptions options = new ResumeOptions(true, true, OptionalInt.empty());
        if (stack.client().resumes().lock(run, "load") instanceof LockAttempt.Held(var lock)) {
            try (lock) {
                var unused = lock.resume(options, "load");
            }
        }
    }

    /** Not a cancelled one: of what it had published entries are left until somebody meets them. */
    private static void purge(Stack stack, RunId run) {
        boolean completed =
                stack.client()
                        .show(run)
                        .filter(view -> view.state() == RunState.COMPLETED)
                        .isPresent();
        if (completed) {
            var unused = stack.client().runs().purge(run);
        }
    }
}
