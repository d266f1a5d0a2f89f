package dev.stepweir.worker;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.OutageWatch;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.WorkflowStore;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
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

    private Optional<Plan> known(String hash) {
        return Optional.ofNullable(known.get(hash));
    }

    /** Read from Redis; empty when the partition does not have it. */
    private CompletableFuture<Optional<Plan>> find(Keys keys, String hash) {
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

    /**
     * Goes on with the plan of a step's run, at once if it is known here. Without one it says why;
     * the step goes back with the next heartbeat, free.
     */
    void of(Assignment work, Consumer<Plan> then, Runnable without) {
        Optional<Plan> here = known(work.workflowHash());
        if (here.isPresent()) {
            then.accept(here.get());
            return;
        }
        RedisFutures.onDone(
                find(work.keys(), work.workflowHash()),
                (plan, failure) -> {
                    if (plan != null && plan.isPresent()) {
                        then.accept(plan.get());
                    } else {
                        complain(work, Optional.ofNullable(failure));
                        without.run();
                    }
                });
    }

    private void complain(Assignment work, Optional<Throwable> failure) {
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
