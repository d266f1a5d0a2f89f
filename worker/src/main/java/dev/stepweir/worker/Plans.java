package dev.stepweir.worker;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.WorkflowStore;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The plans of the definitions met so far, by content hash. Thread-safe. */
final class Plans {

    private static final int KEPT = 2_000;

    private final WorkflowStore workflows;
    private final ConcurrentHashMap<String, Plan> known = new ConcurrentHashMap<>();

    Plans(WorkflowStore workflows) {
        this.workflows = workflows;
    }

    Optional<Plan> known(String hash) {
        return Optional.ofNullable(known.get(hash));
    }

    /** The plan, read from Redis if need be; empty when the partition does not have it. */
    CompletableFuture<Optional<Plan>> find(Keys keys, String hash) {
        Optional<Plan> here = known(hash);
        if (here.isPresent()) {
            return CompletableFuture.completedFuture(here);
        }
        return workflows
                .read(keys, hash)
                .thenApply(graph -> {
                    if (known.size() >= KEPT) {
                        known.clear();
                    }
                    return graph.map(Plan::new)
                            .map(plan -> {
                                known.put(hash, plan);
                                return plan;
                            });
                });
    }
}
