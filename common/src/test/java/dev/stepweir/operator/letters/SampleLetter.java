package dev.stepweir.operator.letters;

import dev.stepweir.failure.Classification;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepError;
import java.util.Map;

/** Letters of the one step of runs that nobody submitted. */
final class SampleLetter {

    private static final Classification UNKNOWN =
            Classification.of(FailureCategory.UNKNOWN, "UNKNOWN_ERROR", "", 0);

    private SampleLetter() {}

    /**
     * A letter of a step that was given up at its third attempt.
     *
     * @param published when its last dispatch was, in milliseconds since the epoch
     */
    static DeadLetter of(RunId run, String handler, String message, long published) {
        return new DeadLetter(
                run + "/step",
                run.text(),
                "flow",
                "step",
                handler,
                DeadLetter.Reason.ATTEMPTS_EXHAUSTED,
                StepError.ofEngine("TIMEOUT", message, UNKNOWN, 3, "w1"),
                3,
                3,
                0,
                Map.of("url", "http://example.org"),
                "3@" + published + "-0");
    }
}
