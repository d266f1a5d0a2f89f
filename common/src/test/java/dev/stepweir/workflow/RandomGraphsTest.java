package dev.stepweir.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A failure prints its seed; {@code -Dseed=} runs that one again. */
class RandomGraphsTest {

    private static final int GRAPHS = 1_000;
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    private record Shape(List<Set<Integer>> before) {

        /** Steps in a random order, with dependencies that mostly point back, or anywhere. */
        static Shape random(Random random) {
            int size = 1 + random.nextInt(30);
            boolean anywhere = random.nextBoolean();
            double density = random.nextDouble() * (anywhere ? 2.0 / size : 0.5);
            List<Integer> rank = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                rank.add(i);
            }
            Collections.shuffle(rank, random);
            List<Set<Integer>> before = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                Set<Integer> chosen = new LinkedHashSet<>();
                for (int j = 0; j < size; j++) {
                    boolean allowed = anywhere ? i != j : rank.get(j) < rank.get(i);
                    if (allowed && random.nextDouble() < density) {
                        chosen.add(j);
                    }
                }
                before.add(chosen);
            }
            return new Shape(before);
        }

        /** The plainest test there is: depth first, from every step, over all ways. */
        boolean cyclic() {
            Set<Integer> safe = new HashSet<>();
            for (int i = 0; i < before.size(); i++) {
                if (reaches(i, new HashSet<>(), safe)) {
                    return true;
                }
            }
            return false;
        }

        private boolean reaches(int step, Set<Integer> way, Set<Integer> safe) {
            if (safe.contains(step)) {
                return false;
            }
            if (!way.add(step)) {
                return true;
            }
            for (int dependency : before.get(step)) {
                if (reaches(dependency, way, safe)) {
                    return true;
                }
            }
            way.remove(step);
            safe.add(step);
            return false;
        }

        Workflow.Builder workflow() {
            Workflow.Builder workflow = Workflow.builder("random");
            for (int i = 0; i < before.size(); i++) {
                List<String> names = before.get(i).stream().map(j -> "s" + j).toList();
                workflow.step("s" + i, s -> s.handler("h").after(names));
            }
            return workflow;
        }
    }

    @Test
    @DisplayName("S3-21, F01: 1,000 random graphs, cyclic ones refused, others in a legal order")
    void random_graphs_are_refused_or_ordered() {
        int refused = 0;
        for (int i = 0; i < GRAPHS; i++) {
            long seed = SEED + i;
            Shape shape = Shape.random(new Random(seed));
            try {
                if (shape.cyclic()) {
                    refused++;
                    assertRefused(shape);
                } else {
                    assertOrdered(shape);
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("run again with -Dseed=" + seed, e);
            }
        }
        assertThat(refused).as("cyclic graphs, -Dseed=" + SEED).isBetween(100, 900);
    }

    private static void assertRefused(Shape shape) {
        List<Fault> faults = new ArrayList<>();
        shape.workflow().check((f, is, may, why) -> faults.add(Fault.of(f, is, may, why)));

        assertThat(faults).isNotEmpty().allMatch(fault -> fault.message().equals("closes a cycle"));
        for (Fault fault : faults) {
            assertTrueCycle(shape, fault.found());
        }
    }

    /** Each step of the path is a dependency of the one after it; the first comes again last. */
    private static void assertTrueCycle(Shape shape, String path) {
        List<Integer> steps = new ArrayList<>();
        for (String name : path.split(" -> ")) {
            steps.add(Integer.parseInt(name.strip().substring(1)));
        }
        assertThat(steps).hasSizeGreaterThan(2);
        assertThat(steps.getFirst()).isEqualTo(steps.getLast());
        for (int i = 1; i < steps.size(); i++) {
            assertThat(shape.before().get(steps.get(i))).as(path).contains(steps.get(i - 1));
        }
        assertThat(new HashSet<>(steps)).hasSize(steps.size() - 1);
    }

    private static void assertOrdered(Shape shape) {
        Workflow workflow = shape.workflow().build();
        Graph graph = Graph.of(workflow);
        Map<String, Integer> place = new HashMap<>();
        List<String> order = graph.topologicalOrder();
        for (int i = 0; i < order.size(); i++) {
            place.put(order.get(i), i);
        }

        assertThat(place).hasSize(shape.before().size());
        int deepest = 0;
        Map<String, Integer> depth = new HashMap<>();
        for (String step : order) {
            int own = 1;
            for (String dependency : graph.dependencies(step)) {
                assertThat(place.get(dependency)).isLessThan(place.get(step));
                assertThat(graph.successors(dependency)).contains(graph.step(step));
                own = Math.max(own, depth.get(dependency) + 1);
            }
            depth.put(step, own);
            deepest = Math.max(deepest, own);
            assertThat(graph.roots().contains(step)).isEqualTo(graph.dependencies(step).isEmpty());
            assertThat(graph.sinks().contains(step)).isEqualTo(graph.successors(step).isEmpty());
        }
        assertThat(graph.depth()).isEqualTo(deepest);
        assertThat(WorkflowJson.read(WorkflowJson.write(workflow))).isEqualTo(workflow);
    }
}
