package dev.stepweir.worker;

import dev.stepweir.failure.Classification;
import dev.stepweir.failure.FailedAttempt;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.failure.FailureClassifier;
import dev.stepweir.json.Json;
import dev.stepweir.redis.script.FailStep.Decision;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepError;
import dev.stepweir.workflow.RetryPolicy;
import dev.stepweir.workflow.StepDefinition;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides what a failure is and leads to: another attempt after a delay, or a dead letter. */
final class FailurePolicy {

    private static final Logger log = LoggerFactory.getLogger(FailurePolicy.class);

    private final RandomGenerator random;
    private final FailureClassifier classifier;

    FailurePolicy(RandomGenerator random, FailureClassifier classifier) {
        this.random = random;
        this.classifier = classifier;
    }

    Classification classify(Throwable thrown, FailedAttempt attempt) {
        try {
            return classifier.classify(thrown, attempt);
        } catch (RuntimeException broken) {
            log.error("the failure classifier failed itself", broken);
            String hint = "the failure classifier failed: " + broken;
            return Classification.of(FailureCategory.UNKNOWN, "UNKNOWN_ERROR", hint, 0);
        }
    }

    /**
     * @param ledgers with this failure counted
     */
    Decision decide(
            String workflow,
            StepDefinition step,
            StepAddress address,
            Dispatch dispatch,
            Ledgers ledgers,
            StepError error) {
        RetryPolicy policy = step.retry();
        if (!error.retryable()) {
            return giveUp(
                    DeadLetter.Reason.PERMANENT_ERROR,
                    workflow,
                    step,
                    address,
                    dispatch,
                    ledgers,
                    error);
        }
        int allowed = policy.retryable() ? policy.maxAttempts() : 1;
        if (ledgers.failuresSinceBase() >= allowed) {
            return giveUp(
                    DeadLetter.Reason.ATTEMPTS_EXHAUSTED,
                    workflow,
                    step,
                    address,
                    dispatch,
                    ledgers,
                    error);
        }
        Duration delay =
                error.requestedDelay()
                        .orElseGet(() -> policy.delay(ledgers.failuresSinceBase(), random));
        return new Decision.RetryAfter(delay);
    }

    private static Decision giveUp(
            DeadLetter.Reason reason,
            String workflow,
            StepDefinition step,
            StepAddress address,
            Dispatch dispatch,
            Ledgers ledgers,
            StepError error) {
        DeadLetter letter =
                new DeadLetter(
                        address.letterId(),
                        address.run().text(),
                        workflow,
                        address.step(),
                        address.handler(),
                        reason,
                        error,
                        ledgers.failures() + ledgers.crashes(),
                        ledgers.failures(),
                        ledgers.crashes(),
                        step.settings(),
                        dispatch.toString());
        return new Decision.GiveUp(Json.text(letter));
    }
}
