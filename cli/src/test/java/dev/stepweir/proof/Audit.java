package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.proof.Witness.Testimony;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Checks what must hold of a load once everything is quiet: each run completed, and no {@link
 * Invariant} is violated.
 */
public final class Audit {

    private final Map<String, List<Testimony>> byRun;
    private long steps;
    private long extraExecutions;
    private long crashes;
    private long redeliveries;

    private Audit(List<Testimony> testimonies) {
        this.byRun = WitnessCheck.byRun(testimonies);
    }

    /**
     * What a whole load cost.
     *
     * @param extraExecutions executions beyond the one that each step needs
     * @param crashes attempts charged to a dead worker
     * @param redeliveries publishings that were charged to nothing
     */
    record Sum(long steps, long extraExecutions, long crashes, long redeliveries) {

        @Override
        public String toString() {
            return "%d steps, %d extra executions, %d crashes charged, %d free redeliveries"
                    .formatted(steps, extraExecutions, crashes, redeliveries);
        }
    }

    /** All of these runs, whose steps were all witnessed. */
    static Sum ofWitnessed(Stack stack, List<RunId> runs) {
        return ofWitnessed(stack, runs, Witness.testimonies(stack));
    }

    /** The same while there are dead letters of other runs. */
    static Sum ofWitnessedBesideLetters(Stack stack, List<RunId> runs) {
        List<Testimony> testimonies = Witness.testimonies(stack);
        Audit audit = new Audit(testimonies);
        runs.forEach(run -> audit.add(completed(stack, run)));
        holds(stack, runs, testimonies);
        return new Sum(audit.steps, audit.extraExecutions, audit.crashes, audit.redeliveries);
    }

    /** All of these runs, which were witnessed elsewhere. */
    static Sum ofWitnessed(Stack stack, List<RunId> runs, List<Testimony> testimonies) {
        Audit audit = new Audit(testimonies);
        for (RunId run : runs) {
            RunView view = completed(stack, run);
            audit.add(view);
        }
        holds(stack, runs, testimonies);
        return new Sum(audit.steps, audit.extraExecutions, audit.crashes, audit.redeliveries);
    }

    /** The run completed and each of its steps succeeded exactly once. */
    public static RunView completed(Stack stack, RunId run) {
        RunView view = stack.client().show(run).orElseThrow();
        assertThat(view.state()).as("state of %s: %s", run, view).isEqualTo(RunState.COMPLETED);
        List<HistoryEntry> history = stack.client().runs().history(run);
        Map<String, Long> commits =
                history.stream()
                        .filter(entry -> entry.event().equals("SUCCEEDED"))
                        .collect(
                                Collectors.groupingBy(
                                        entry -> entry.step().orElseThrow(),
                                        Collectors.counting()));
        for (StepView step : view.steps()) {
            assertThat(step.state()).as("%s of %s", step, run).isEqualTo(StepStatus.SUCCEEDED);
            assertThat(commits).as("commits of %s", run).containsEntry(step.name(), 1L);
        }
        assertThat(history).isSortedAccordingTo(Comparator.comparing(HistoryEntry::at));
        assertThat(history.getFirst().event()).isEqualTo("SUBMITTED");
        assertThat(history).extracting(HistoryEntry::event).containsOnlyOnce("COMPLETED");
        return view;
    }

    private void add(RunView view) {
        Map<String, Long> executions =
                byRun.getOrDefault(view.id().text(), List.of()).stream()
                        .collect(Collectors.groupingBy(Testimony::step, Collectors.counting()));
        for (StepView step : view.steps()) {
            steps++;
            extraExecutions += executions.getOrDefault(step.name(), 0L) - 1;
            crashes += step.crashes();
            redeliveries += step.redeliveries();
        }
    }

    /** Waits until no invariant is violated any more, and fails with what stays violated. */
    static void holds(Stack stack, Collection<RunId> runs, List<Testimony> testimonies) {
        await("invariants of " + stack.namespace().name())
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(
                                        Checker.check(
                                                stack.redis(),
                                                stack.namespace(),
                                                runs,
                                                testimonies))
                                .isEmpty());
    }

    /** No entry, pending or not, no timer, no open run, no doorbell, no dead letter. */
    public static void nothingIsLeft(Stack stack) {
        for (Keys keys : stack.namespace().all()) {
            await("leftovers of partition " + keys.partition())
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(leftovers(stack.redis(), keys)).isEmpty());
        }
    }

    private static Map<String, Long> leftovers(Redis redis, Keys keys) {
        var commands = redis.commands();
        Map<String, Long> left = new TreeMap<>();
        for (String key : List.of(keys.openRuns(), keys.timers())) {
            left.put(key, RedisFutures.join(commands.zcard(Bytes.of(key))));
        }
        List<String> streams = new ArrayList<>(List.of(keys.inbox(), keys.deadLetters()));
        RedisFutures.join(commands.smembers(Bytes.of(keys.queues())))
                .forEach(name -> streams.add(keys.queue(Bytes.text(name))));
        for (String stream : streams) {
            left.put(stream, RedisFutures.join(commands.xlen(Bytes.of(stream))));
            left.put(stream + " pending", pending(redis, keys, stream));
        }
        left.values().removeIf(count -> count == 0);
        return left;
    }

    private static long pending(Redis redis, Keys keys, String stream) {
        boolean none = stream.equals(keys.deadLetters());
        boolean absent = RedisFutures.join(redis.commands().exists(Bytes.of(stream))) == 0;
        if (none || absent) {
            return 0;
        }
        String group = stream.equals(keys.inbox()) ? Keys.ORCHESTRATOR_GROUP : Keys.WORKER_GROUP;
        return RedisFutures.join(redis.commands().xpending(Bytes.of(stream), Bytes.of(group)))
                .getCount();
    }
}
