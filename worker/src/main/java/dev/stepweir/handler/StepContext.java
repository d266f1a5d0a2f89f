package dev.stepweir.handler;

import dev.stepweir.run.RunId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** What a handler may know of the step that it executes. Safe for the threads of one execution. */
public interface StepContext {

    RunId runId();

    /** The workflow's name. */
    String workflow();

    /** The step's name. */
    String step();

    /** 1-based; rises with every failed or crashed execution and never repeats. */
    int attempt();

    /**
     * Rises with every publishing of the step: a fencing token. A receiver that refuses a lower
     * number than it has seen is safe from executions that were given up.
     */
    long dispatchNumber();

    /**
     * The same over all attempts and redrives of this step: {@code <run>/<step>}; of a step that
     * declares a key shared between runs, that key.
     */
    String idempotencyKey();

    /**
     * Rises with every execution that could have an effect under {@link #idempotencyKey}: a
     * receiver refuses a lower one than it has seen. The number of the dispatch, unless the key is
     * shared between runs.
     */
    long fencingToken();

    /**
     * Does something once for this step, over all attempts, crashes and redrives: what was done is
     * noted with the run, and later calls under this name answer with what was noted. If the worker
     * dies between the doing and the note, it is done again.
     *
     * @param name unique within the step; 1 to 200 characters
     * @param type of the result, which is kept as JSON, at most 2 MiB and 56 levels deep
     * @param action what is to be done; when it throws, nothing is noted
     * @return the result as read from its JSON
     * @throws StepAbandonedException when this execution is not the current one any more
     */
    <T extends @Nullable Object> T once(String name, Class<T> type, Callable<? extends T> action)
            throws Exception;

    /** As {@link #once(String, Class, Callable)}, for what has no result. */
    default void once(String name, Action action) throws Exception {
        var unused =
                once(
                        name,
                        Boolean.class,
                        () -> {
                            action.run();
                            return true;
                        });
    }

    /** Something to be done. */
    @FunctionalInterface
    interface Action {
        void run() throws Exception;
    }

    /** The step's settings, as its definition has them. */
    Map<String, @Nullable Object> settings();

    /** One setting; empty when the definition does not have it. */
    default Optional<Object> setting(String name) {
        return Optional.ofNullable(settings().get(name));
    }

    /**
     * A setting that is a whole number.
     *
     * @throws PermanentStepException when it is something else
     */
    default long setting(String name, long otherwise) {
        return switch (settings().get(name)) {
            case null -> otherwise;
            case Number number -> number.longValue();
            case Object other ->
                    throw new PermanentStepException(
                            "setting '" + name + "' must be a number, found '" + other + "'");
        };
    }

    /** A setting as text. */
    default String setting(String name, String otherwise) {
        Object value = settings().get(name);
        return value == null ? otherwise : value.toString();
    }

    /** The run's input, read from JSON; null when there is none. */
    <T> Optional<T> runInput(Class<T> type);

    /**
     * The output of a step that this one depends on.
     *
     * @throws IllegalArgumentException for a step that it does not depend on
     */
    <T> Optional<T> output(String dependency, Class<T> type);

    /**
     * True once the step should stop: its run was cancelled, its lease lost, its time is up, or the
     * worker ends. The thread is interrupted as well. What the handler still returns is dropped.
     */
    boolean isCancelled();

    /** A logger whose lines carry the ids of run, step and attempt. */
    Logger logger();
}
