package dev.stepweir.operator.letters;

import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.ErrorGroup;
import dev.stepweir.run.RunId;
import java.time.Instant;
import java.util.Optional;

/**
 * Which dead letters are meant: those that fit all that is said.
 *
 * @param run of this run
 * @param workflow of runs of a workflow with this name
 * @param handler whose step has this handler
 * @param reason that died of this
 * @param errorGroup whose last error belongs to this group
 * @param status that people have got so far with
 * @param diedBefore that died before this time, by the clock of Redis
 */
public record LetterFilter(
        Optional<RunId> run,
        Optional<String> workflow,
        Optional<String> handler,
        Optional<DeadLetter.Reason> reason,
        Optional<ErrorGroup> errorGroup,
        Optional<Investigation.Status> status,
        Optional<Instant> diedBefore) {

    /** Every dead letter there is. */
    public static final LetterFilter ALL =
            new LetterFilter(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());

    /** The same, of one run only. */
    public LetterFilter ofRun(RunId only) {
        return new LetterFilter(
                Optional.of(only), workflow, handler, reason, errorGroup, status, diedBefore);
    }

    /** The same, of one handler only. */
    public LetterFilter ofHandler(String only) {
        return new LetterFilter(
                run, workflow, Optional.of(only), reason, errorGroup, status, diedBefore);
    }

    /** The same, of one reason only. */
    public LetterFilter ofReason(DeadLetter.Reason only) {
        return new LetterFilter(
                run, workflow, handler, Optional.of(only), errorGroup, status, diedBefore);
    }

    /** The same, of one error group only. */
    public LetterFilter ofErrorGroup(ErrorGroup only) {
        return new LetterFilter(
                run, workflow, handler, reason, Optional.of(only), status, diedBefore);
    }

    /**
     * The same, only of those that died before a time, and before this filter's own if it has one.
     */
    public LetterFilter before(Instant time) {
        Instant earlier = diedBefore.filter(time::isAfter).orElse(time);
        return new LetterFilter(
                run, workflow, handler, reason, errorGroup, status, Optional.of(earlier));
    }

    boolean accepts(DeadLetter letter, Instant died) {
        return fits(run.map(RunId::text), letter.runId())
                && fits(workflow, letter.workflow())
                && fits(handler, letter.handler())
                && fits(reason, letter.reason())
                && (errorGroup.isEmpty() || fits(errorGroup, ErrorGroup.of(letter.error())))
                && diedBefore.filter(time -> !died.isBefore(time)).isEmpty();
    }

    private static <T> boolean fits(Optional<T> wanted, T found) {
        return wanted.isEmpty() || wanted.get().equals(found);
    }
}
