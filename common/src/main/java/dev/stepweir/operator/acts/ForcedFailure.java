package dev.stepweir.operator.acts;

import dev.stepweir.failure.Classification;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.operator.Attribution;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepError;

/** How a step is dead that a person gave up. */
record ForcedFailure(StepError error, DeadLetter letter) {

    static ForcedFailure of(Steps.Seen seen, Attribution by) {
        Ledgers ledgers = seen.field().ledgers();
        StepError error =
                StepError.ofEngine(
                        DeadLetter.Reason.FORCED_TO_FAIL.name(),
                        "forced to fail by " + by.by() + ": " + by.reason(),
                        Classification.of(
                                FailureCategory.PERMANENT,
                                DeadLetter.Reason.FORCED_TO_FAIL.name(),
                                "retry it when what it was stopped for is over",
                                1),
                        ledgers.attempt(),
                        "");
        StepAddress step = seen.step();
        return new ForcedFailure(
                error,
                new DeadLetter(
                        step.letterId(),
                        step.run().text(),
                        seen.graph().workflow().name(),
                        step.step(),
                        step.handler(),
                        DeadLetter.Reason.FORCED_TO_FAIL,
                        error,
                        ledgers.failures() + ledgers.crashes(),
                        ledgers.failures(),
                        ledgers.crashes(),
                        seen.definition().settings(),
                        seen.field().published().withdrawn().toString()));
    }
}
