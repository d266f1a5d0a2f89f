package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import dev.stepweir.operator.RunFilter;
import dev.stepweir.operator.RunSummary;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.letters.DeadLetterView;
import dev.stepweir.operator.letters.DeadLetters;
import dev.stepweir.proof.CrashPoint.Role;
import dev.stepweir.proof.Witness.Testimony;
import dev.stepweir.redis.script.RedriveStep.Outcome;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.JavaProcesses;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.RedisException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that is in {@link Nemesis}, under load, against processes of every role. {@code
 * -Dproof.seconds} says how long, {@code -Dproof.seed} what happens in which order. Redis is killed
 * as well, and with {@code everysec} it forgets what it had answered while a sync was under way.
 */
@WithRedis(privateServer = true, appendFsync = AppendFsync.ALWAYS)
class ChaosIT {

    private static final int SECONDS = Integer.getInteger("proof.seconds", 40);
    private static final long SEED = Long.getLong("proof.seed", 11L);
    private static final int OPEN_RUNS = 25;
    private static final Duration TO_SETTLE = Duration.ofSeconds(120);

    /**
     * A shorter play cannot be expected to have met every rare event: that a failure is reported
     * again, because the reply was lost, comes about once in ten minutes.
     */
    private static final int LONG = 1_800;

    private static final List<Workflow> LOAD =
            List.of(
                    Shapes.chain(4, 5),
                    Shapes.diamond(20),
                    Shapes.fan(6, 10),
                    Shapes.retried(2, 5),
                    Shapes.exhausted(5),
                    Shapes.chain(2, 1_500));

    @TempDir private Path papers;

    private final Random random = new Random(SEED);
    private final List<RunId> accepted = new ArrayList<>();
    private final Set<RunId> cancelled = new HashSet<>();
    private int redriven;

    @Test
    @DisplayName("B6: no run is lost, stuck or committed twice and no entry left, whatever dies")
    void every_run_survives(TestRedis server, JavaProcesses processes) throws Exception {
        RareEvents events = new RareEvents();
        try (Stack stack = Stack.open(server);
                Troupe troupe = new Troupe(server, processes, papers, events)) {
            troupe.engage(
                    Role.ORCHESTRATOR,
                    Role.WORKER,
                    Role.REAPER,
                    Role.WORKER,
                    Role.ORCHESTRATOR,
                    Role.WORKER);
            Nemesis nemesis = new Nemesis(SEED, server, stack.namespace(), troupe, events);
            long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
            while (System.nanoTime() < end) {
                load(stack);
                Stack.pass(Duration.ofMillis(50 + random.nextInt(400)));
                nemesis.strike();
            }
            troupe.heal();
            settle(stack, troupe);
            List<Testimony> testimonies = Witness.testimonies(papers);
            report(troupe, nemesis, events, testimonies);
            Audit.holds(stack, accepted, testimonies);
            ended(stack);
            if (SECONDS >= LONG) {
                assertThat(events.missing()).as("rare events that never were").isEmpty();
            }
        }
    }

    /** What clients and operators do meanwhile. */
    private void load(Stack stack) {
        try {
            List<RunSummary> open = stack.client().runs().list(RunFilter.OPEN, 1_000);
            for (int i = open.size(); i < OPEN_RUNS; i++) {
                Workflow workflow = LOAD.get(random.nextInt(LOAD.size()));
                accepted.add(stack.client().submit(workflow, i).id());
            }
            redrive(stack);
            if (random.nextInt(4) == 0 && !accepted.isEmpty()) {
                RunId run = accepted.getLast();
                cancelled.add(run);
                var unused = stack.client().runs().cancel(run, "chaos", "to see what happens");
            }
        } catch (RedisException away) {
            // A client learns that Redis is away, and comes back later.
        }
    }

    private void redrive(Stack stack) {
        DeadLetters letters = new DeadLetters(stack.redis(), stack.namespace());
        for (DeadLetterView letter : letters.list(100)) {
            String id = letter.letter().id();
            if (letters.redrive(id, "chaos", "to see it succeed") == Outcome.PUBLISHED) {
                redriven++;
            }
        }
    }

    /** Faults have ended: in a while every run has, too. */
    private void settle(Stack stack, Troupe troupe) throws InterruptedException {
        long end = System.nanoTime() + TO_SETTLE.toNanos();
        List<RunSummary> open = List.of();
        while (System.nanoTime() < end) {
            try {
                redrive(stack);
                open = stack.client().runs().list(RunFilter.OPEN, 1_000);
                long failed =
                        stack.client()
                                .runs()
                                .list(RunFilter.ALL.inStates(Set.of(RunState.FAILED)), 10)
                                .size();
                if (open.isEmpty() && failed == 0) {
                    return;
                }
            } catch (RedisException away) {
                // The connection of this test comes back as everybody's does.
            }
            troupe.heal();
            Stack.pass(Duration.ofMillis(200));
        }
        assertThat(open)
                .as("stuck after %s, seed %d, the first: %s", TO_SETTLE, SEED, first(stack, open))
                .isEmpty();
    }

    private static String first(Stack stack, List<RunSummary> open) {
        return open.isEmpty()
                ? "none"
                : stack.client().show(open.getFirst().id())
                        + " "
                        + stack.client().runs().history(open.getFirst().id());
    }

    private void ended(Stack stack) {
        for (RunId run : accepted) {
            RunView view = stack.client().show(run).orElseThrow();
            if (!cancelled.contains(run)) {
                assertThat(view.state()).as("%s", view).isEqualTo(RunState.COMPLETED);
            }
        }
    }

    private void report(
            Troupe troupe, Nemesis nemesis, RareEvents events, List<Testimony> testimonies) {
        int kills =
                troupe.deaths().entrySet().stream()
                        .filter(death -> death.getKey().endsWith("SIGKILL"))
                        .mapToInt(Map.Entry::getValue)
                        .sum();
        System.out.printf(
                "[proof] chaos of %d s, seed %d: %d runs accepted, %d executions, %d redriven, %d"
                        + " kills%n[proof] deaths: %s%n[proof] acts: %s%n[proof] rare events: %s%n",
                SECONDS,
                SEED,
                accepted.size(),
                testimonies.size(),
                redriven,
                kills,
                troupe.deaths(),
                nemesis.acts(),
                events.counts());
    }
}
