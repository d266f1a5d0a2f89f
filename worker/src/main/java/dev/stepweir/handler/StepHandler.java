package dev.stepweir.handler;

import org.jspecify.annotations.Nullable;

/**
 * The code of a step. What flows in is what the steps it depends on returned: the run's input for a
 * step without dependencies, the output of the one dependency, or an object with each dependency's
 * output by name. What it returns is committed exactly once, as JSON.
 *
 * <p>A handler may be started more than once (its worker may die, or its report be lost) and must
 * make its outside effects repeatable, for which {@link StepContext#idempotencyKey()} and {@link
 * StepContext#dispatchNumber()} are given. One instance serves many steps at once, each on a
 * virtual thread of its own: it must be thread-safe. Whatever it throws fails the attempt, which is
 * tried again as the step's retry policy says; {@link PermanentStepException} is not.
 *
 * @param <I> what flows in, read from JSON
 * @param <O> what is returned, written as JSON; null for nothing
 */
@FunctionalInterface
public interface StepHandler<I extends @Nullable Object, O extends @Nullable Object> {

    O handle(I input, StepContext context) throws Exception;
}
