package dev.stepweir.worker;

import dev.stepweir.json.Json;
import dev.stepweir.redis.script.FailStep.Decision;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepError;
import dev.stepweir.workflow.RetryPolicy;
import dev.stepweir.workflow.StepDefinition;
import java.util.random.RandomGenerator;

/** Decides what a failure leads to: another attempt after a delay, or a dead letter. Pure. */
final class FailurePolicy {

    private final RandomGenerator random;

    FailurePolicy(RandomGenerator random) {
        this.random = random;
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
        return new Decision.RetryAfter(policy.delay(ledgers.failuresSinceBase(), random));
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
