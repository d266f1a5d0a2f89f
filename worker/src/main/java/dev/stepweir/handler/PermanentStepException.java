package dev.stepweir.handler;

import dev.stepweir.failure.Categorized;
import dev.stepweir.failure.FailureCategory;
import org.jspecify.annotations.Nullable;

/** Thrown by a handler when trying again cannot help: the step becomes a dead letter at once. */
public final class PermanentStepException extends RuntimeException implements Categorized {

    private static final long serialVersionUID = 1L;

    public PermanentStepException(String message) {
        super(message);
    }

    public PermanentStepException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public FailureCategory category() {
        return FailureCategory.PERMANENT;
    }
}
