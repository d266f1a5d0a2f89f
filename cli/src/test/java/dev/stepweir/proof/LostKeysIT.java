package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.operator.doctor.Doctor;
import dev.stepweir.operator.doctor.Treatment;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.BreakerPolicy;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.ScanArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Only a run's own hash, its large values and its definition are the truth: under load every other
 * kind of key is deleted, one at a time, and what was under way must end. {@code -Dproof.seed} says
 * which of a kind.
 */
@WithRedis(privateServer = true)
class LostKeysIT {

    private static final long SEED = Long.getLong("proof.seed", 29L);

    /** A run's state. */
    private static final Set<String> KEPT = Set.of("run", "blob", "workflow");

    private static final BreakerPolicy API = new BreakerPolicy("api", 5, Duration.ofMinutes(1));

    private static final Workflow GUARDED =
            Workflow.builder("guarded by an operator")
                    .step("s0", s -> s.handler(Witness.HANDLER).breaker(API))
                    .step("s1", s -> s.handler(Witness.HANDLER).after("s0").breaker(API))
                    .build();

    private static final List<Workflow> LOAD =
            List.of(
                    Shapes.chain(4, 5),
                    Shapes.fan(6, 10),
                    Shapes.retried(2, 5),
                    GUARDED,
                    Shapes.retriedAsWhole(5));

    private final Random random = new Random(SEED);
    private final Map<String, Integer> deleted = new TreeMap<>();

    @Test
    @DisplayName("deleting any single key that is not a run's state, under load, stops no run")
    void every_run_ends_whatever_key_is_lost(TestRedis server) throws Exception {
        List<RunId> runs = new ArrayList<>();
        try (Stack stack = Stack.open(server).orchestrator().orchestrator().reaper()) {
            stack.worker(Witness.handlers(stack));
            stack.worker(Witness.handlers(stack));
            Set<String> left = new TreeSet<>(Set.of(""));
            while (!left.isEmpty()) {
                stack.client().breakers().open("api", "test", "so that steps are parked");
                runs.addAll(load(stack));
                left = new TreeSet<>(kinds(server).keySet());
                left.removeAll(deleted.keySet());
                for (String kind : left) {
                    stack.client().breakers().open("api", "test", "so that steps are parked");
                    List<RunId> own = load(stack);
                    delete(server, kind);
                    stack.client().breakers().reset("api", "test", "");
                    own.addAll(load(stack));
                    for (RunId run : own) {
                        stack.await(run);
                    }
                    runs.addAll(own);
                }
            }
            stack.client().breakers().reset("api", "test", "");
            for (RunId run : runs) {
                stack.await(run);
            }
            Doctor doctor = new Doctor(stack.redis(), stack.namespace(), Doctor.USUAL_SILENCE);
            List<Treatment> treated = new ArrayList<>();
            doctor.examine(true, treated::add);
            System.out.printf(
                    "[proof] seed %d, keys deleted by kind: %s; %d runs, %s; the doctor repaired"
                            + " %s%n",
                    SEED,
                    deleted,
                    runs.size(),
                    Audit.ofWitnessed(stack, runs),
                    treated.stream()
                            .collect(
                                    Collectors.groupingBy(
                                            one -> one.finding().ailment(),
                                            TreeMap::new,
                                            Collectors.counting())));
            assertThat(treated)
                    .as("seed %d", SEED)
                    .allMatch(one -> one.result() == Treatment.Result.REPAIRED);
            List<Treatment> after = new ArrayList<>();
            doctor.examine(false, after::add);
            assertThat(after).as("seed %d", SEED).isEmpty();
        }
        assertThat(deleted.keySet())
                .contains("open", "queue", "queues", "inbox", "timers", "workers", "reaper")
                .contains("breakers", "parked", "parked-dependencies");
    }

    private List<RunId> load(Stack stack) throws InterruptedException {
        List<RunId> runs = new ArrayList<>();
        LOAD.forEach(workflow -> runs.addAll(stack.submit(workflow, 2)));
        Stack.pass(Duration.ofMillis(20 + random.nextInt(40)));
        return runs;
    }

    /** Some are there only now and then. */
    private void delete(TestRedis server, String kind) throws InterruptedException {
        for (int look = 0; look < 20; look++) {
            List<String> keys = kinds(server).getOrDefault(kind, List.of());
            if (!keys.isEmpty()) {
                server.commands().del(keys.get(random.nextInt(keys.size())));
                break;
            }
            Stack.pass(Duration.ofMillis(10));
        }
        deleted.merge(kind, 1, Integer::sum);
    }

    /** All keys that are no run's state, by what follows the partition. */
    private static Map<String, List<String>> kinds(TestRedis server) {
        ScanArgs all = ScanArgs.Builder.matches("sw:*").limit(100_000);
        Stream<String> keys = server.commands().scan(all).getKeys().stream();
        return keys
                .sorted()
                .collect(Collectors.groupingBy(LostKeysIT::kind, TreeMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .filter(kind -> !KEPT.contains(kind.getKey()))
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
    }

    private static String kind(String key) {
        int from = key.indexOf("}:") + 2;
        int to = key.indexOf(':', from);
        return to < 0 ? key.substring(from) : key.substring(from, to);
    }
}
