package dev.stepweir.redis;

import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.WorkflowJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Definitions by content hash. What a hash names never changes, so what was read once is kept;
 * thread-safe.
 */
public final class WorkflowStore {

    private static final int KEPT = 1_000;

    private final Redis redis;
    private final Map<String, Graph> known =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Graph> eldest) {
                    return size() > KEPT;
                }
            };

    public WorkflowStore(Redis redis) {
        this.redis = redis;
    }

    private Optional<Graph> known(String hash) {
        synchronized (known) {
            return Optional.ofNullable(known.get(hash));
        }
    }

    /** The definition as stored in a partition; empty when no run of that partition uses it. */
    public Optional<Graph> find(Keys keys, String hash) {
        return redis.retrying(() -> RedisFutures.join(read(keys, hash)));
    }

    /**
     * The definition that a run is pinned to; empty when the run is gone by now.
     *
     * @throws LostDefinitionException when the run is there and its definition is not
     */
    public Optional<Graph> of(Keys keys, RunId run, RunHead head) {
        Optional<Graph> found = find(keys, head.workflowHash());
        if (found.isEmpty() && exists(keys.of(run).run(run))) {
            throw new LostDefinitionException(run, head.workflowHash());
        }
        return found;
    }

    private boolean exists(String key) {
        return redis.retrying(() -> RedisFutures.join(redis.commands().exists(Bytes.of(key))) > 0);
    }

    /** As {@link #find}, without waiting. */
    public CompletableFuture<Optional<Graph>> read(Keys keys, String hash) {
        Optional<Graph> found = known(hash);
        if (found.isPresent()) {
            return CompletableFuture.completedFuture(found);
        }
        return redis.commands()
                .hget(Bytes.of(keys.workflow(hash)), Bytes.of("json"))
                .toCompletableFuture()
                .thenApply(json ->
                        Optional.ofNullable(json)
                                .map(WorkflowJson::read)
                                .map(Graph::of)
                                .map(graph -> keep(hash, graph)));
    }

    private Graph keep(String hash, Graph graph) {
        synchronized (known) {
            known.put(hash, graph);
        }
        return graph;
    }
}
