package dev.stepweir.cli.dlq;

import dev.stepweir.operator.letters.DeadLetterView;
import dev.stepweir.operator.letters.DeadLetters;

/** Why a letter's step was left alone. */
final class RetryRefusal {

    private RetryRefusal() {}

    /** What it is instead of dead. */
    static String notDead(DeadLetters letters, String id, String wanted) {
        String state =
                letters.show(id)
                        .flatMap(DeadLetterView::state)
                        .map(now -> "is " + now)
                        .orElse("has succeeded or was purged");
        return id + " " + state + "; only a step that is DEAD can be " + wanted;
    }
}
