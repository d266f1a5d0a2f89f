package dev.stepweir.orchestrator;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.QueueEntries;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.ListParked;
import dev.stepweir.redis.script.ReconcileStep;
import dev.stepweir.redis.script.SetTimer;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Looks at the steps of running runs: a ready one must have an entry that is held or still to be
 * delivered, a waiting one a timer. What looks lost is left to a script to decide, which sees all
 * at one moment. Thread-safe.
 */
final class StepRepair {

    private final Redis redis;
    private final RunReads reads;
    private final QueueEntries entries;
    private final QueueGroups queues;

    /** A ready step as read. */
    private record Ready(StepAddress step, String expected, String entryId, List<String> inputs) {}

    StepRepair(Redis redis, QueueGroups queues) {
        this.redis = redis;
        this.reads = new RunReads(redis);
        this.entries = new QueueEntries(redis);
        this.queues = queues;
    }

    /**
     * Repairs what is lost.
     *
     * @param blocked gets the runs that dead steps may block
     * @return how many steps were published again
     */
    int repair(Keys keys, Map<RunId, Graph> runs, Collection<RunId> blocked) {
        Map<RunId, List<String>> wanted = new LinkedHashMap<>();
        runs.forEach((run, graph) ->
                wanted.put(run, graph.topologicalOrder().stream().map(StepFields::state).toList()));
        List<Ready> ready = new ArrayList<>();
        List<CompletableFuture<?>> timers = new ArrayList<>();
        reads.fields(keys, wanted)
                .forEach((run, fields) -> {
                    Graph graph = runs.get(run);
                    if (graph != null && look(keys, run, graph, fields, ready, timers)) {
                        blocked.add(run);
                    }
                });
        timers.forEach(RedisFutures::join);
        return publish(keys, ready);
    }

    /** True when dead steps are all that is left to move. */
    private boolean look(
            Keys keys,
            RunId run,
            Graph graph,
            Map<String, String> fields,
            List<Ready> ready,
            List<CompletableFuture<?>> timers) {
        boolean dead = false;
        boolean moving = false;
        for (String step : graph.topologicalOrder()) {
            String text = fields.get(StepFields.state(step));
            if (text == null) {
                continue;
            }
            StepField field;
            try {
                field = StepField.parse(text);
            } catch (RuntimeException garbled) {
                Refusals.complain("run=" + run + " step=" + step + " cannot be read", text);
                continue;
            }
            StepAddress address =
                    StepAddress.of(run, step, graph.step(step).handler(), field.ledgers());
            moving |= field.state().isMoving();
            dead |= field.state() == StepState.DEAD;
            if (field.state() == StepState.READY) {
                if (field.ledgers().isSuspect()
                        && !Refusals.possible(address, () -> queues.ensure(keys, address))) {
                    continue;
                }
                String entryId = field.published().entryId();
                ready.add(new Ready(address, text, entryId, graph.dependencies(step)));
            } else if (field.state() == StepState.WAITING_FOR_RETRY) {
                timers.add(setTimer(keys, address, field));
            } else if (field.state() == StepState.PARKED) {
                String dependency = graph.step(step).dependency();
                timers.add(setParked(keys, address, text, dependency));
            }
        }
        return dead && !moving;
    }

    /** Where there is one already, it stays. */
    private CompletableFuture<?> setTimer(Keys keys, StepAddress step, StepField field) {
        return new SetTimer(keys, step.timer(), field.dueMillis(), SetTimer.Only.MISSING)
                .runAsync(redis.scripts());
    }

    /** Where it is listed already, it stays. */
    private CompletableFuture<?> setParked(
            Keys keys, StepAddress step, String expected, String dependency) {
        return new ListParked(keys, step, expected, dependency).runAsync(redis.scripts());
    }

    private int publish(Keys keys, List<Ready> ready) {
        Map<String, QueueEntries.Position> lastDelivered =
                entries.lastDelivered(
                        keys, ready.stream().map(r -> r.step().queue()).distinct().toList());
        Map<Ready, CompletableFuture<Boolean>> checks = new LinkedHashMap<>();
        for (Ready each : ready) {
            QueueEntries.Position position = lastDelivered.get(each.step().queue());
            checks.put(
                    each,
                    position == null
                            ? CompletableFuture.completedFuture(false)
                            : entries.isThere(keys, each.step().queue(), each.entryId(), position));
        }
        Map<Ready, CompletableFuture<?>> replies = new LinkedHashMap<>();
        checks.forEach((each, there) -> {
            if (!RedisFutures.join(there)) {
                replies.put(each, reconcile(keys, each));
            }
        });
        int published = 0;
        for (Map.Entry<Ready, CompletableFuture<?>> reply : replies.entrySet()) {
            Object outcome = RedisFutures.join(reply.getValue());
            if (ReconcileStep.Outcome.PUBLISHED.equals(outcome)) {
                published++;
                queues.forget(keys, reply.getKey().step().queue());
            }
        }
        return published;
    }

    private CompletableFuture<?> reconcile(Keys keys, Ready ready) {
        String event =
                HistoryEvent.record(HistoryEvent.REPUBLISHED, Map.of("step", ready.step().step()));
        return Refusals.logged(
                ready.step(),
                new ReconcileStep(keys, ready.step(), ready.expected(), ready.inputs(), event)
                        .runAsync(redis.scripts()));
    }
}
