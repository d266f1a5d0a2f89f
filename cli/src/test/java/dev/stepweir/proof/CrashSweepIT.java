package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.proof.CrashPoint.Occurrence;
import dev.stepweir.proof.CrashPoint.Role;
import dev.stepweir.proof.CrashPoint.Side;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.CommandProxy;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Kills a role at every boundary between two of its commands to Redis, before the command is
 * executed and after, and lets a fresh one finish. A boundary is (role, operation, occurrence 1 to
 * 3, side). {@code -Dproof.points=all} runs every point; a number, a seeded sample of so many per
 * workflow.
 */
@WithRedis(privateServer = true)
class CrashSweepIT {

    private static final int AT_ONCE = 6;
    private static final int STEP_MILLIS = 60;
    private static final int LINGER_MILLIS = 600;
    private static final String SAMPLE = System.getProperty("proof.points", "40");
    private static final long SEED = Long.getLong("proof.seed", 20260101L);

    private final AtomicInteger namespaces = new AtomicInteger();

    @Test
    @DisplayName("a chain finishes, whichever command of whichever role was the last")
    void a_chain_survives_a_crash_at_every_boundary(TestRedis server) throws Exception {
        sweep(server, Shapes.chain(3, STEP_MILLIS));
    }

    @Test
    @DisplayName("a diamond finishes, whichever command of whichever role was the last")
    void a_diamond_survives_a_crash_at_every_boundary(TestRedis server) throws Exception {
        sweep(server, Shapes.diamond(STEP_MILLIS));
    }

    private void sweep(TestRedis server, Workflow workflow) throws Exception {
        List<CrashPoint> all = new ArrayList<>();
        TreeSet<String> boundaries = new TreeSet<>();
        for (Role role : Role.values()) {
            for (Occurrence occurrence : occurrences(server, workflow, role)) {
                boundaries.add(role + " " + occurrence.operation());
                for (Side side : Side.values()) {
                    all.add(new CrashPoint(role, occurrence, side));
                }
            }
        }
        List<CrashPoint> chosen = new ArrayList<>(all);
        if (!SAMPLE.equals("all")) {
            Collections.shuffle(chosen, new Random(SEED));
            chosen = chosen.subList(0, Math.min(Integer.parseInt(SAMPLE), chosen.size()));
        }
        TreeMap<CrashPoint.Outcome, Integer> outcomes = run(server, workflow, chosen);
        System.out.printf(
                "[proof] %s: %d operations of roles at %d boundaries, %d points run, %s, seed %d%n",
                workflow.name(), boundaries.size(), all.size(), chosen.size(), outcomes, SEED);
        assertThat(outcomes.getOrDefault(CrashPoint.Outcome.CRASHED, 0))
                .isGreaterThan(chosen.size() / 2);
    }

    private TreeMap<CrashPoint.Outcome, Integer> run(
            TestRedis server, Workflow workflow, List<CrashPoint> points) throws Exception {
        TreeMap<CrashPoint.Outcome, Integer> outcomes = new TreeMap<>();
        List<String> violations = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<CrashPoint.Outcome>> futures = new ArrayList<>();
            for (CrashPoint point : points) {
                futures.add(pool.submit(() -> run(server, workflow, point)));
            }
            for (int i = 0; i < futures.size(); i++) {
                try {
                    outcomes.merge(futures.get(i).get(), 1, Integer::sum);
                } catch (ExecutionException e) {
                    violations.add(points.get(i) + ": " + e.getCause());
                }
            }
        }
        assertThat(violations).isEmpty();
        return outcomes;
    }

    /** What a role says to Redis in an undisturbed run. */
    private List<Occurrence> occurrences(TestRedis server, Workflow workflow, Role role)
            throws Exception {
        CrashPoint.Recording recording = new CrashPoint.Recording();
        try (Stack stack = stack(server);
                CommandProxy proxy = CommandProxy.before(server.uri(), recording)) {
            startOthers(stack, role);
            start(stack, role, proxy.uri());
            RunId run = stack.client().submit(workflow, 1).id();
            stack.await(run);
            assertThat(proxy.awaitSevered(LINGER_MILLIS)).isFalse();
            Audit.ofWitnessed(stack, List.of(run));
        }
        return recording.occurrences();
    }

    private CrashPoint.Outcome run(TestRedis server, Workflow workflow, CrashPoint point)
            throws Exception {
        try (Stack stack = stack(server);
                CommandProxy proxy = CommandProxy.before(server.uri(), point.rule())) {
            startOthers(stack, point.role());
            try {
                start(stack, point.role(), proxy.uri());
            } catch (RedisException diedAtStart) {
                assertThat(proxy.isSevered()).isTrue();
            }
            RunId run = stack.client().submit(workflow, 1).id();
            if (!proxy.isSevered() && !severedOrDone(stack, run, proxy)) {
                return CrashPoint.Outcome.NOT_REACHED;
            }
            start(stack, point.role(), server.uri());
            stack.await(run);
            Audit.Sum sum = Audit.ofWitnessed(stack, List.of(run));
            boolean ofWorker = point.role() == Role.WORKER;
            stack.client()
                    .show(run)
                    .orElseThrow()
                    .steps()
                    .forEach(step ->
                            assertThat(step.crashes() + step.redeliveries())
                                    .as("charged to %s", step)
                                    .isLessThanOrEqualTo(ofWorker ? 1 : 0));
            assertThat(sum.steps()).isEqualTo(workflow.steps().size());
            return CrashPoint.Outcome.CRASHED;
        }
    }

    private static boolean severedOrDone(Stack stack, RunId run, CommandProxy proxy)
            throws InterruptedException {
        while (!stack.client().completion(run).isDone()) {
            if (proxy.awaitSevered(20)) {
                return true;
            }
        }
        return proxy.awaitSevered(LINGER_MILLIS);
    }

    private Stack stack(TestRedis server) {
        String name = server.namespace() + "-" + namespaces.incrementAndGet();
        return Stack.open(server.uri(), name, 1);
    }

    private static void startOthers(Stack stack, Role role) {
        for (Role other : Role.values()) {
            if (other != role) {
                start(stack, other, Stack.DIRECT);
            }
        }
    }

    private static void start(Stack stack, Role role, String address) {
        switch (role) {
            case ORCHESTRATOR -> stack.orchestrator(address);
            case REAPER -> stack.reaper(address);
            case WORKER -> stack.worker(address, Witness.handlers(stack));
        }
    }
}
