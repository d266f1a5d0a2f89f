package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.operator.StepView;
import dev.stepweir.proof.CrashPoint.Occurrence;
import dev.stepweir.proof.CrashPoint.Outcome;
import dev.stepweir.proof.CrashPoint.Role;
import dev.stepweir.proof.CrashPoint.Side;
import dev.stepweir.proof.Witness.Testimony;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.JavaProcess;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.testkit.proxy.CommandProxy;
import io.lettuce.core.RedisException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ends a role at every boundary between two of its commands to Redis, before the command is
 * executed and after, or loses the reply, and lets a fresh one finish. A boundary is (role,
 * operation, occurrence 1 to 3, side). {@code -Dproof.points=all} runs every point; a number, a
 * seeded sample of so many per scenario. {@code -Dproof.processes} says how many of these are real
 * processes that are killed; the others are threads of this JVM that are cut off for good.
 */
@WithRedis(privateServer = true)
class CrashSweepIT {

    private static final int AT_ONCE = 6;
    private static final int LINGER_MILLIS = 600;
    private static final String SAMPLE = System.getProperty("proof.points", "12");
    private static final int PROCESSES = Integer.getInteger("proof.processes", 2);
    private static final long SEED = Long.getLong("proof.seed", 20260101L);

    private static final TreeSet<String> BOUNDARIES = new TreeSet<>();
    private static final TreeMap<Outcome, Integer> OUTCOMES = new TreeMap<>();
    private static final List<String> VIOLATIONS = new ArrayList<>();
    private static final AtomicInteger PLAYED_AGAIN = new AtomicInteger();
    private static int allPoints;
    private static int withProcesses;

    private final AtomicInteger namespaces = new AtomicInteger();

    @TempDir private Path papers;

    /** A point, and whether a process dies there. */
    private record Attempt(CrashPoint point, boolean asProcess) {}

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "B2, B5: a run ends as it should, whichever command of whichever role was the last")
    void a_run_survives_a_crash_at_every_boundary(
            Scenario scenario, TestRedis server, JavaProcesses processes) throws Exception {
        List<CrashPoint> all = points(server, scenario);
        List<CrashPoint> chosen = new ArrayList<>(all);
        Collections.shuffle(chosen, new Random(SEED));
        if (!SAMPLE.equals("all")) {
            chosen = chosen.subList(0, Math.min(Integer.parseInt(SAMPLE), chosen.size()));
        }
        List<Attempt> attempts = new ArrayList<>();
        for (CrashPoint point : chosen) {
            boolean dies = point.side() != Side.REPLY_LOST;
            long processesYet = attempts.stream().filter(Attempt::asProcess).count();
            attempts.add(new Attempt(point, dies && processesYet < PROCESSES));
        }
        allPoints += all.size();
        withProcesses += (int) attempts.stream().filter(Attempt::asProcess).count();
        TreeMap<Outcome, Integer> outcomes = new TreeMap<>();
        List<String> violations = run(server, processes, scenario, attempts, outcomes);
        outcomes.forEach((outcome, count) -> OUTCOMES.merge(outcome, count, Integer::sum));
        VIOLATIONS.addAll(violations);
        violations.forEach(violation -> System.out.println("[proof] VIOLATION " + violation));
        System.out.printf(
                "[proof] %s: %d points, %d run, %s, seed %d%n",
                scenario, all.size(), attempts.size(), outcomes, SEED);
        assertThat(violations).isEmpty();
        assertThat(outcomes.getOrDefault(Outcome.CRASHED, 0)).isGreaterThan(attempts.size() / 2);
    }

    @AfterAll
    static void report() {
        int run = OUTCOMES.values().stream().mapToInt(i -> i).sum();
        System.out.printf(
                "[proof] crash sweep: %d boundaries (role, operation, side) covered, %d of %d"
                        + " points run (%d with real processes, %d in-process), %s, %d played"
                        + " again, %d violations%n",
                BOUNDARIES.size(),
                run,
                allPoints,
                withProcesses,
                run - withProcesses,
                OUTCOMES,
                PLAYED_AGAIN.get(),
                VIOLATIONS.size());
    }

    private List<CrashPoint> points(TestRedis server, Scenario scenario) throws Exception {
        List<CrashPoint> points = new ArrayList<>();
        for (Role role : Role.values()) {
            for (Occurrence occurrence : occurrences(server, scenario, role)) {
                for (Side side : Side.values()) {
                    points.add(new CrashPoint(role, occurrence, side));
                    BOUNDARIES.add(role + " " + occurrence.operation() + " " + side);
                }
            }
        }
        return points;
    }

    private List<String> run(
            TestRedis server,
            JavaProcesses processes,
            Scenario scenario,
            List<Attempt> attempts,
            TreeMap<Outcome, Integer> outcomes)
            throws InterruptedException {
        List<String> violations = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<Outcome>> futures = new ArrayList<>();
            for (Attempt attempt : attempts) {
                futures.add(pool.submit(() -> play(server, processes, scenario, attempt)));
            }
            for (int i = 0; i < futures.size(); i++) {
                try {
                    outcomes.merge(futures.get(i).get(), 1, Integer::sum);
                } catch (ExecutionException e) {
                    violations.add(attempts.get(i) + ": " + e.getCause());
                }
            }
        }
        return violations;
    }

    /**
     * Plays a point, and once more if a step was charged too often: a lease that lapses because the
     * machine is busy charges one as well, and that is as it should be. What a boundary does wrong,
     * it does again.
     */
    private Outcome play(
            TestRedis server, JavaProcesses processes, Scenario scenario, Attempt attempt)
            throws Exception {
        try {
            return new Play(server, processes, scenario, attempt).run();
        } catch (Overcharged once) {
            PLAYED_AGAIN.incrementAndGet();
            System.out.printf("[proof] played again: %s, %s%n", attempt, once.getMessage());
            return new Play(server, processes, scenario, attempt).run();
        }
    }

    /** A step was charged more than the crash accounts for. */
    private static final class Overcharged extends AssertionError {
        private static final long serialVersionUID = 1;

        Overcharged(StepView step) {
            super("charged too often: " + step);
        }
    }

    /** What a role says to Redis in an undisturbed run. */
    private List<Occurrence> occurrences(TestRedis server, Scenario scenario, Role role)
            throws Exception {
        CrashPoint.Recording recording = new CrashPoint.Recording();
        try (Stack stack = stack(server);
                CommandProxy proxy = CommandProxy.before(server.uri(), recording)) {
            startOthers(stack, role);
            start(stack, role, proxy.uri());
            RunId run = stack.client().submit(scenario.workflow(), 1).id();
            scenario.bringToEnd(stack, run);
            assertThat(proxy.awaitSevered(LINGER_MILLIS)).isFalse();
            Audit.holds(stack, List.of(run), Witness.testimonies(stack));
        }
        return recording.occurrences();
    }

    /** One scenario in which a role ends at one point. */
    private final class Play {

        private final TestRedis server;
        private final JavaProcesses processes;
        private final Scenario scenario;
        private final CrashPoint point;
        private final boolean asProcess;
        private final CrashPoint.Trap trap;
        private Optional<JavaProcess> process = Optional.empty();
        private boolean diesAtStart;

        Play(TestRedis server, JavaProcesses processes, Scenario scenario, Attempt attempt) {
            this.server = server;
            this.processes = processes;
            this.scenario = scenario;
            this.point = attempt.point();
            this.asProcess = attempt.asProcess();
            this.trap = point.trap();
        }

        Outcome run() throws Exception {
            try (Stack stack = stack(server);
                    CommandProxy proxy = CommandProxy.before(server.uri(), trap)) {
                Path paper = papers.resolve(stack.namespace().name());
                startOthers(stack, point.role());
                startVictim(stack, proxy, paper);
                Thread replacing = Thread.ofVirtual().start(() -> replace(stack));
                RunId run = stack.client().submit(scenario.workflow(), 1).id();
                scenario.bringToEnd(stack, run);
                if (!trap.awaitSprung(LINGER_MILLIS)) {
                    replacing.interrupt();
                    process.ifPresent(JavaProcess::kill);
                    return Outcome.NOT_REACHED;
                }
                replacing.join();
                List<Testimony> testimonies = new ArrayList<>(Witness.testimonies(stack));
                if (Files.exists(paper)) {
                    Files.readAllLines(paper).stream()
                            .map(Testimony::parse)
                            .forEach(testimonies::add);
                }
                Audit.holds(stack, List.of(run), testimonies);
                stack.client().show(run).orElseThrow().steps().forEach(this::isChargedOnce);
                return Outcome.CRASHED;
            }
        }

        private void startVictim(Stack stack, CommandProxy proxy, Path paper) {
            if (asProcess) {
                JavaProcess.Command command =
                        JavaProcess.Command.of(
                                RoleMain.class,
                                point.role().name(),
                                proxy.uri(),
                                stack.namespace().name(),
                                paper.toString());
                process = Optional.of(processes.start(command.withJvmOptions("-Xmx96m")));
                return;
            }
            try {
                start(stack, point.role(), proxy.uri());
            } catch (RedisException diedAtStart) {
                assertThat(trap.isSprung()).isTrue();
                diesAtStart = true;
            }
        }

        private void replace(Stack stack) {
            try {
                trap.awaitSprung();
            } catch (InterruptedException neverDied) {
                return;
            }
            process.ifPresent(JavaProcess::kill);
            if (point.side() != Side.REPLY_LOST || diesAtStart) {
                start(stack, point.role(), Stack.DIRECT);
            }
        }

        private void isChargedOnce(StepView step) {
            int deaths = point.role() == Role.WORKER ? 1 : 0;
            int charged = step.crashes() + step.redeliveries();
            if (step.crashes() > deaths || charged > deaths + scenario.releases()) {
                throw new Overcharged(step);
            }
        }
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
