package dev.stepweir.worker;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.OutageWatch;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.WorkflowStore;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The plans of the definitions met so far, by content hash. Thread-safe. */
final class Plans {

    private static final Logger log = LoggerFactory.getLogger(Plans.class);

    private static final int KEPT = 2_000;

    private final WorkflowStore workflows;
    private final OutageWatch outages;
    private final ConcurrentHashMap<String, Plan> known = new ConcurrentHashMap<>();

    Plans(Redis redis) {
        this.workflows = new WorkflowStore(redis);
        this.outages = redis.outages();
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
                    Optional<Plan> meanwhile = known(hash);
                    if (meanwhile.isPresent()) {
                        return meanwhile;
                    }
                    if (known.size() >= KEPT) {
                        known.clear();
                    }
                    return graph.map(Plan::new)
                            .map(plan -> {
                                if (known.put(hash, plan) == null) {
                                    warn(plan);
                                }
                                return plan;
                            });
                });
    }

    private static void warn(Plan plan) {
        if (!plan.errorHandling().useErrorClassification()) {
            log.warn(
                    "workflow '{}' does without error classification: every failure is permanent",
                    plan.workflow());
        }
    }

    /** Says why a step cannot be executed here; it goes back with the next heartbeat, free. */
    void complain(Assignment work, Optional<Throwable> failure) {
        if (failure.isPresent() && outages.speaksFor(failure.get())) {
            return;
        }
        log.error(
                "not executed and to be handed back: run={} step={}: its definition {} {}",
                work.step().run(),
                work.step().step(),
                work.workflowHash(),
                failure.map(why -> "cannot be read: " + why.getMessage()).orElse("is not stored"));
    }
}
