package dev.stepweir.operator.explain;

import dev.stepweir.operator.Pause;
import dev.stepweir.operator.explain.Cause.EntryLost;
import dev.stepweir.operator.explain.Cause.InQueue;
import dev.stepweir.operator.explain.Cause.NoWorker;
import dev.stepweir.operator.explain.Cause.QueuePaused;
import dev.stepweir.operator.fleet.WorkerView;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A published step that nobody holds waits in its queue, for its turn or for a worker. */
final class QueueGate implements Explainer {

    /** Counting further is no help and costs Redis time. */
    private static final int MOST_COUNTED = 1_000;

    @Override
    public Set<Class<? extends Cause>> causes() {
        return Set.of(QueuePaused.class, NoWorker.class, InQueue.class, EntryLost.class);
    }

    @Override
    public Optional<Cause> explain(Situation step) {
        boolean waits =
                step.state() == StepState.READY
                        && step.held().isEmpty()
                        && step.head().state() == RunState.RUNNING;
        return waits ? Optional.of(why(step)) : Optional.empty();
    }

    private static Cause why(Situation step) {
        String handler = step.definition().handler();
        // Who holds up a handler's queue holds up its suspects as well.
        Pause pause = step.facts().pausedQueues().get(handler);
        if (pause != null) {
            return new QueuePaused(handler, pause.at(), pause.by(), pause.reason());
        }
        List<WorkerView> able =
                step.facts().workers().stream()
                        .filter(worker -> Facts.has(worker, handler))
                        .toList();
        long alive = able.stream().filter(WorkerView::alive).count();
        String name = step.address().queue();
        byte[] queue = Bytes.of(step.keys().queue(name));
        String entry = step.field().published().entryId();
        if (count(step, queue, Range.create(entry, entry)) == 0) {
            return new EntryLost(name, step.facts().alive("orchestrator"));
        }
        if (alive == 0) {
            return new NoWorker(handler, able.stream().map(QueueGate::remembered).toList());
        }
        int ahead =
                count(
                        step,
                        queue,
                        Range.from(
                                Boundary.excluding(lastDelivered(step, queue)),
                                Boundary.excluding(entry)));
        return new InQueue(name, Math.min(ahead, MOST_COUNTED), ahead > MOST_COUNTED, alive);
    }

    private static String remembered(WorkerView worker) {
        return worker.id() + ", last seen " + worker.lastBeat();
    }

    private static int count(Situation step, byte[] queue, Range<String> range) {
        return RedisFutures.join(
                        step.facts()
                                .redis()
                                .commands()
                                .xrange(queue, range, Limit.from(MOST_COUNTED + 1L)))
                .size();
    }

    private static String lastDelivered(Situation step, byte[] queue) {
        List<Object> groups =
                RedisFutures.join(
                        step.facts()
                                .redis()
                                .commands()
                                .xinfoGroups(queue)
                                .toCompletableFuture()
                                .exceptionally(noSuchStream -> List.of()));
        for (Object group : groups) {
            List<String> flat = ((List<?>) group).stream().map(QueueGate::text).toList();
            int name = flat.indexOf("name");
            int last = flat.indexOf("last-delivered-id");
            if (flat.get(name + 1).equals(Keys.WORKER_GROUP)) {
                return flat.get(last + 1);
            }
        }
        return "0-0";
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? Bytes.text(bytes) : String.valueOf(value);
    }
}
