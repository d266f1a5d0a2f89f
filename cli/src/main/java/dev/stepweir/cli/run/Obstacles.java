package dev.stepweir.cli.run;

import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Text;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.operator.explain.Cause;
import dev.stepweir.operator.explain.Explanation;
import dev.stepweir.run.RunId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says to whoever waits for a run what keeps it from moving, each obstacle once. */
final class Obstacles {

    private static final Logger log = LoggerFactory.getLogger(Obstacles.class);

    /** How often it is looked for: long enough for a run that moves to be taken up. */
    static final Duration PAUSE = Duration.ofSeconds(5);

    private final StepweirClient client;
    private final Output output;
    private final RunId run;
    private final Set<String> said = new HashSet<>();
    private long lookedNanos = System.nanoTime();

    Obstacles(StepweirClient client, Output output, RunId run) {
        this.client = client;
        this.output = output;
        this.run = run;
    }

    /**
     * Looks, if it is time. Whatever goes wrong keeps nobody from waiting; that Redis is away is
     * told elsewhere.
     */
    void look() {
        if (System.nanoTime() - lookedNanos < PAUSE.toNanos()) {
            return;
        }
        try {
            client.explanations().explain(run).ifPresent(this::tell);
        } catch (RuntimeException unexplained) {
            log.debug("what the run waits for cannot be told", unexplained);
        }
        lookedNanos = System.nanoTime();
    }

    private void tell(Explanation told) {
        told.cause().ifPresent(cause -> tell(cause, ""));
        for (Explanation.OfStep step : told.steps()) {
            step.causes().forEach(cause -> tell(cause, "step " + step.step() + ": "));
        }
    }

    private void tell(Cause cause, String about) {
        if (isInTheWay(cause) && said.add(about + cause.word())) {
            output.say("waiting: " + Text.oneLine(about + cause.sentence()));
        }
    }

    /** What passes by itself is no obstacle. */
    private static boolean isInTheWay(Cause cause) {
        return switch (cause) {
            case Cause.NotTakenUp(var submitted, var orchestrators) -> orchestrators == 0;
            case Cause.EntryLost(var queue, var orchestrators) -> orchestrators == 0;
            case Cause.AwaitsReaper awaits -> awaits.reapers() == 0;
            case Cause.RetryAt retry -> retry.past() && retry.orchestrators() == 0;
            case Cause.NoWorker none -> true;
            case Cause.Parked parked -> true;
            case Cause.RunPaused paused -> true;
            case Cause.QueuePaused paused -> true;
            case Cause.LostDefinition lost -> true;
            default -> false;
        };
    }
}
