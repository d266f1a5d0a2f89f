package dev.stepweir.handler;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Stands in for handlers while a workflow is tested without them: it fails the steps that it is
 * told to fail, and answers for all others. A worker executes it as any handler, so that a step
 * goes the way it would go with the real one: retries, breaker, dead letter. Thread-safe.
 */
public final class StandIn implements StepHandler<JsonNode, @Nullable Object> {

    private final Map<String, Queue<Exception>> failures = new ConcurrentHashMap<>();
    private final Map<String, Object> outputs = new ConcurrentHashMap<>();

    /**
     * Fails the next attempt of the steps of this name; said twice, the next two.
     *
     * @param error what the handler would have thrown
     */
    public StandIn failStep(String step, Exception error) {
        failures.computeIfAbsent(step, name -> new ConcurrentLinkedQueue<>()).add(error);
        return this;
    }

    /** What the steps of this name return from now on; what flows in, if nothing is said. */
    public StandIn completeStep(String step, Object output) {
        outputs.put(step, output);
        return this;
    }

    @Override
    public @Nullable Object handle(JsonNode input, StepContext context) throws Exception {
        Queue<Exception> due = failures.get(context.step());
        Exception error = due == null ? null : due.poll();
        if (error != null) {
            throw error;
        }
        return outputs.getOrDefault(context.step(), input);
    }
}
