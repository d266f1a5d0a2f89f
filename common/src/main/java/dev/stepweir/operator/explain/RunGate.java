package dev.stepweir.operator.explain;

import dev.stepweir.operator.Pause;
import dev.stepweir.operator.explain.Cause.LostDefinition;
import dev.stepweir.operator.explain.Cause.NotTakenUp;
import dev.stepweir.operator.explain.Cause.RunClosed;
import dev.stepweir.operator.explain.Cause.RunPaused;
import dev.stepweir.operator.explain.Cause.RunRetryAt;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunRetry;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** A run that has not begun, is paused or is over begins none of its steps. */
final class RunGate implements Explainer {

    @Override
    public Set<Class<? extends Cause>> causes() {
        return Set.of(
                NotTakenUp.class,
                RunRetryAt.class,
                RunPaused.class,
                RunClosed.class,
                LostDefinition.class);
    }

    @Override
    public Optional<Cause> explain(Situation step) {
        // A run may wait for its next attempt while a person has put one of its steps to work.
        boolean moves =
                step.run().head().state() == RunState.RUNNING && step.state() != StepState.DEAD;
        return step.state().isFinal() || moves ? Optional.empty() : ofRun(step.run(), step.facts());
    }

    static Optional<Cause> ofRun(SeenRun run, Facts facts) {
        return switch (run.head().state()) {
            case SUBMITTED ->
                    Optional.of(
                            new NotTakenUp(
                                    run.time("submitted").orElse(Instant.EPOCH),
                                    facts.alive("orchestrator")));
            case RUNNING ->
                    run.field(RunRetry.WAITS_FOR)
                            .map(RunRetry::parse)
                            .map(retry ->
                                    new RunRetryAt(
                                            Instant.ofEpochMilli(retry.dueMillis()),
                                            retry.attempt(),
                                            facts.alive("orchestrator")));
            case PAUSED -> run.field("paused").map(Pause::parse).map(RunGate::paused);
            case COMPLETED, FAILED, CANCELLED -> Optional.of(closed(run));
        };
    }

    /** Of a run that is over its end matters, and it can be told without the definition. */
    static Cause withoutDefinition(SeenRun run) {
        return run.head().state().isClosed()
                ? closed(run)
                : new LostDefinition(run.head().workflowHash());
    }

    private static Cause closed(SeenRun run) {
        return new RunClosed(run.head().state(), run.time("finished"), why(run));
    }

    private static Optional<String> why(SeenRun run) {
        Optional<RunDeadline> deadline = run.field(RunDeadline.FIELD).map(RunDeadline::parse);
        return run.field("why")
                .map(why ->
                        why.equals(RunDeadline.REASON) && deadline.isPresent()
                                ? why
                                        + ", it did not end within "
                                        + deadline.get().time().toMillis()
                                        + " ms; stepweir runs resume gives it as long again"
                                : why);
    }

    private static Cause paused(Pause pause) {
        return new RunPaused(pause.at(), pause.by(), pause.reason());
    }
}
