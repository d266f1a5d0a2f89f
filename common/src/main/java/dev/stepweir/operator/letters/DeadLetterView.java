package dev.stepweir.operator.letters;

import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.ErrorGroup;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.state.StepState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A dead letter, and what became of its step before and since.
 *
 * @param died when it died last
 * @param state what the step is now: {@link StepState#DEAD}, or on its way again; empty if its run
 *     is gone
 * @param edits how often an operator changed what flows into the step
 * @param investigation what people have found out
 * @param published when the step was first published, as far as its history says
 * @param history what happened to the step so far, over all redrives: failed attempts, crashes,
 *     what operators did. The oldest first; among the newest 10,000 stored events of its run
 */
public record DeadLetterView(
        DeadLetter letter,
        Instant died,
        Optional<StepState> state,
        int edits,
        Investigation investigation,
        Optional<Instant> published,
        List<HistoryEvent> history) {

    public DeadLetterView {
        history = List.copyOf(history);
    }

    /** Whether the step waits for a person; else it is on its way again. */
    public boolean isWaiting() {
        return state.equals(Optional.of(StepState.DEAD));
    }

    /** The group of its last error. */
    public ErrorGroup errorGroup() {
        return ErrorGroup.of(letter.error());
    }

    /** How often it was tried again. */
    public int retries() {
        return Math.max(0, letter.attempts() - 1);
    }

    /** When an attempt first failed or crashed; for one that was never tried, when it died. */
    public Instant firstFailed() {
        return failures().findFirst().orElse(died);
    }

    /** When an attempt last failed or crashed; for one that was never tried, when it died. */
    public Instant lastFailed() {
        return failures().reduce((first, second) -> second).orElse(died);
    }

    private Stream<Instant> failures() {
        return history.stream()
                .filter(event -> event.details().containsKey("attempt"))
                .map(event -> Instant.ofEpochMilli(event.atMillis()));
    }
}
