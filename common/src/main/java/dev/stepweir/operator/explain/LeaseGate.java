package dev.stepweir.operator.explain;

import dev.stepweir.operator.explain.Cause.AwaitsReaper;
import dev.stepweir.operator.explain.Cause.Running;
import dev.stepweir.operator.fleet.WorkerView;
import dev.stepweir.run.StepFields;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** A step that a worker holds is executed, or waits for the reaper if the worker has died. */
final class LeaseGate implements Explainer {

    @Override
    public Set<Class<? extends Cause>> causes() {
        return Set.of(Running.class, AwaitsReaper.class);
    }

    @Override
    public Optional<Cause> explain(Situation step) {
        if (step.head().state().isClosed()) {
            return Optional.empty();
        }
        return step.held().map(held -> explain(step, held));
    }

    private static Cause explain(Situation step, PendingMessage held) {
        String owner = held.getConsumer();
        Optional<WorkerView> worker = step.facts().worker(owner);
        if (worker.filter(LeaseGate::beats).isPresent()) {
            return new Running(owner, since(step));
        }
        return new AwaitsReaper(
                owner,
                worker.map(WorkerView::lastBeat),
                Duration.ofMillis(held.getMsSinceLastDelivery()),
                step.facts().alive("reaper"));
    }

    /** As often as it said that it would: workers may beat at different paces. */
    private static boolean beats(WorkerView worker) {
        return switch (worker.state()) {
            case ACTIVE, DRAINING -> true;
            case STALE, OFFLINE -> false;
        };
    }

    /** As the worker's first heartbeat has told, if it was this dispatch. */
    private static Optional<Instant> since(Situation step) {
        String mark = step.field().published() + " ";
        return step.run()
                .field(StepFields.begun(step.name()))
                .filter(text -> text.startsWith(mark))
                .map(text -> text.substring(text.lastIndexOf(' ') + 1))
                .map(Long::parseLong)
                .map(Instant::ofEpochMilli);
    }
}
