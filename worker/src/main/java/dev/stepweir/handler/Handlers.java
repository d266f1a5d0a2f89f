package dev.stepweir.handler;

import dev.stepweir.workflow.QueueName;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Handlers by the names that definitions use. One handler may stand under several names; it reads
 * its settings from the step when it runs. Not safe for several threads while it is filled.
 */
public final class Handlers {

    private static final int MAX_NAME = 255;

    /**
     * A handler as a worker needs it.
     *
     * @param inputType what its input is read as
     * @param limit how many of it a worker executes at once
     */
    public record Registered<I extends @Nullable Object>(
            Class<I> inputType, StepHandler<I, ?> handler, int limit) {}

    private final Map<String, Registered<?>> byName = new TreeMap<>();

    /** Adds a handler that takes its input as JSON. */
    public Handlers add(String name, StepHandler<JsonNode, ?> handler) {
        return add(name, JsonNode.class, handler);
    }

    /** Adds a handler whose input is read as the given type. */
    public <I extends @Nullable Object> Handlers add(
            String name, Class<I> inputType, StepHandler<I, ?> handler) {
        return add(name, inputType, Integer.MAX_VALUE, handler);
    }

    /**
     * Adds a handler of which a worker executes at most so many at once.
     *
     * @throws IllegalArgumentException for a name that is blank, too long, taken or that of a queue
     *     for suspects, or a limit below one
     */
    public <I extends @Nullable Object> Handlers add(
            String name, Class<I> inputType, int limit, StepHandler<I, ?> handler) {
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException(
                    "a handler's name has 1 to 255 characters, found '" + name + "'");
        }
        if (QueueName.isSolo(name)) {
            throw new IllegalArgumentException(
                    "a handler's name must not end in '"
                            + QueueName.SOLO
                            + "', found '"
                            + name
                            + "'");
        }
        if (limit < 1) {
            throw new IllegalArgumentException(
                    "handler '" + name + "': limit must be >= 1, found " + limit);
        }
        if (byName.putIfAbsent(name, new Registered<>(inputType, handler, limit)) != null) {
            throw new IllegalArgumentException("handler '" + name + "' is registered twice");
        }
        return this;
    }

    /** Adds what a provider brings. */
    public Handlers addAll(HandlerProvider provider) {
        provider.provide(this);
        return this;
    }

    /** All of them, sorted by name. */
    public Map<String, Registered<?>> byName() {
        return Collections.unmodifiableMap(byName);
    }
}
