package dev.stepweir.worker;

import dev.stepweir.failure.Classification;
import dev.stepweir.failure.ErrorHandlingAction;
import dev.stepweir.failure.ErrorHandlingConfig;
import dev.stepweir.failure.ErrorHandlingResult;
import dev.stepweir.failure.ErrorHandlingResult.FinalState;
import dev.stepweir.failure.FailedAttempt;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.failure.FailureClassifier;
import dev.stepweir.failure.StandardClassifier;
import dev.stepweir.json.Json;
import dev.stepweir.redis.script.FailStep.Decision;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.StepError;
import dev.stepweir.workflow.RetryPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides what a failure is and leads to: another attempt after a delay, or a dead letter. */
final class FailurePolicy {

    /** The code of a failure after which no attempt is left, whatever it was. */
    static final String LIMIT_EXCEEDED = "RETRY_LIMIT_EXCEEDED";

    private static final Logger log = LoggerFactory.getLogger(FailurePolicy.class);

    /**
     * What is decided about one failed attempt.
     *
     * @param code the error's, or that the attempts are used up
     * @param attempts how many the step is allowed for failures of this category
     */
    record Verdict(
            StepError error,
            Decision decision,
            ErrorHandlingAction action,
            FinalState finalState,
            String summary,
            String code,
            int attempts) {

        /** For whom wants to know, once it is stored. */
        ErrorHandlingResult result(String stepId, Instant at) {
            Optional<Instant> next =
                    decision instanceof Decision.RetryAfter(var delay)
                            ? Optional.of(at.plus(delay))
                            : Optional.empty();
            return new ErrorHandlingResult(
                    stepId, action, finalState, next.isPresent(), next, summary);
        }

        /** For the run's history; when the next attempt is, follows from the time of the record. */
        Map<String, Object> details() {
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("error", error.type() + ": " + error.message());
            switch (decision) {
                case Decision.RetryAfter(var delay) -> details.put("retry_in_ms", delay.toMillis());
                case Decision.GiveUp unused -> details.put("dead", true);
            }
            details.put("action", action.toString());
            details.put("final_state", finalState.toString());
            details.put("backoff_applied", decision instanceof Decision.RetryAfter);
            details.put("classification_summary", summary);
            details.put("category", error.category().name());
            details.put("code", code);
            details.put("hint", error.hint());
            details.put("confidence", error.confidence());
            details.put("final_attempt", error.finalAttempt());
            details.put("max_attempts", attempts);
            return details;
        }
    }

    private final RandomGenerator random;
    private final FailureClassifier classifier;

    FailurePolicy(RandomGenerator random, FailureClassifier classifier) {
        this.random = random;
        this.classifier = classifier;
    }

    /** Whatever a classifier does: a failure that it knows nothing of is reported all the same. */
    Classification classify(Throwable thrown, FailedAttempt attempt) {
        try {
            Classification found = classifier.classify(thrown, attempt);
            return found == null ? unknown("the failure classifier returned null") : found;
        } catch (OutOfMemoryError | InternalError | UnknownError fatal) {
            throw fatal;
        } catch (Throwable broken) {
            log.error("the failure classifier failed itself", broken);
            return unknown("the failure classifier failed: " + broken);
        }
    }

    static Classification unknown(String hint) {
        return Classification.of(FailureCategory.UNKNOWN, "UNKNOWN_ERROR", hint, 0);
    }

    /**
     * Retried if it may help, is wanted, and an attempt is left; else a dead letter.
     *
     * @param ledgers with this failure counted
     */
    Verdict decide(Execution execution, Ledgers ledgers, StepError found) {
        ErrorHandlingConfig config = execution.errorHandling();
        RetryPolicy policy = execution.step().definition().retry().forCategory(found.category());
        int failures = ledgers.failuresSinceBase();
        boolean last = policy.exhausted(failures);
        StepError error = last ? found.ofFinalAttempt() : found;
        boolean retryable = error.retryable() && config.useErrorClassification();
        String kind = " (" + error.category() + "): " + error.message();
        if (!retryable || last) {
            DeadLetter.Reason reason =
                    retryable
                            ? DeadLetter.Reason.ATTEMPTS_EXHAUSTED
                            : DeadLetter.Reason.PERMANENT_ERROR;
            return new Verdict(
                    error,
                    giveUp(reason, execution, ledgers, error),
                    last
                            ? ErrorHandlingAction.MARKED_AS_ERROR
                            : ErrorHandlingAction.MARKED_AS_PERMANENT_FAILURE,
                    FinalState.ERROR,
                    (retryable ? "Retry limit exceeded" : "Permanent error") + kind,
                    retryable ? LIMIT_EXCEEDED : error.code(),
                    policy.attempts());
        }
        Duration delay =
                error.requestedDelay()
                        .orElseGet(() ->
                                policy.delay(Math.max(1, failures), error.category(), random));
        boolean waits = config.useWaitingForRetryState();
        return new Verdict(
                error,
                new Decision.RetryAfter(delay),
                waits
                        ? ErrorHandlingAction.TRANSITIONED_TO_WAITING_FOR_RETRY
                        : ErrorHandlingAction.NO_ACTION_TAKEN,
                waits ? FinalState.WAITING_FOR_RETRY : FinalState.ERROR,
                (waits ? "Retryable error" : "Retryable error with legacy backoff") + kind,
                error.code(),
                policy.attempts());
    }

    private static Decision giveUp(
            DeadLetter.Reason reason, Execution execution, Ledgers ledgers, StepError error) {
        Assignment work = execution.assignment();
        DeadLetter letter =
                new DeadLetter(
                        work.step().letterId(),
                        work.step().run().text(),
                        execution.workflow(),
                        work.step().step(),
                        work.step().handler(),
                        reason,
                        error,
                        ledgers.failures() + ledgers.crashes(),
                        ledgers.failures(),
                        ledgers.crashes(),
                        execution.step().definition().settings(),
                        work.dispatch().toString());
        return new Decision.GiveUp(Json.text(letter));
    }

    /** What a classifier holds is its owner's, and not for logs. */
    @Override
    public String toString() {
        String kind = classifier instanceof StandardClassifier ? "standard" : "custom";
        return "FailurePolicy[classifier=" + kind + "]";
    }
}
