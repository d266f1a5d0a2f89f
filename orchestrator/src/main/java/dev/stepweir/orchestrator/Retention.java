package dev.stepweir.orchestrator;

import dev.stepweir.duty.Duty;
import dev.stepweir.duty.Tick;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.redis.RunTraces;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.redis.script.PurgeRun;
import dev.stepweir.redis.script.RelistRun;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes runs that closed long ago, with all that belongs to them. What a run has left outside its
 * hash is found by looking through the hash: one whose definition is lost is removed as well.
 * Thread-safe.
 */
public final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int PAGE = 100;

    /** Runs looked through at the same time: what is read of them must fit into memory. */
    private static final int AT_ONCE = 20;

    private static final List<RunState> CLOSED =
            List.of(RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED);

    private final Redis redis;
    private final Keys keys;
    private final WorkflowStore workflows;

    private Retention(Redis redis, Keys keys) {
        this.redis = redis;
        this.keys = keys;
        this.workflows = new WorkflowStore(redis);
    }

    /**
     * Removes every run that completed, failed or was cancelled longer ago than this.
     *
     * @return how many runs were removed
     * @throws io.lettuce.core.RedisException when Redis is out of reach; what was removed stays so
     */
    public static long purge(Redis redis, Namespace namespace, Duration olderThan) {
        long before = RedisTime.millis(redis) - olderThan.toMillis();
        long purged = 0;
        for (Keys keys : namespace.all()) {
            Retention partition = new Retention(redis, keys);
            for (RunState state : CLOSED) {
                purged += partition.purge(state, before);
            }
        }
        return purged;
    }

    /** The duty that keeps one partition's closed runs as long as is wanted and no longer. */
    static Duty duty(Redis redis, Keys keys, OrchestratorConfig config) {
        Retention retention = new Retention(redis, keys);
        return new Duty() {
            @Override
            public String name() {
                return "retention-" + keys.partition();
            }

            @Override
            public Tick runOnce() {
                long now = RedisTime.millis(redis);
                long purged = 0;
                for (RunState state : CLOSED) {
                    Duration kept =
                            state == RunState.FAILED
                                    ? config.failedRetention()
                                    : config.retention();
                    purged += retention.purge(state, now - kept.toMillis());
                }
                if (purged > 0) {
                    LOG.info("partition {}: {} old runs removed", keys.partition(), purged);
                }
                return Tick.after(config.retentionPause());
            }
        };
    }

    private long purge(RunState state, long beforeMillis) {
        Range<Long> old =
                Range.from(Range.Boundary.unbounded(), Range.Boundary.excluding(beforeMillis));
        byte[] list = Bytes.of(keys.runsIn(state));
        long purged = 0;
        int kept = 0;
        while (true) {
            List<byte[]> page =
                    RedisFutures.join(
                            redis.commands().zrangebyscore(list, old, Limit.create(kept, PAGE)));
            for (int first = 0; first < page.size(); first += AT_ONCE) {
                List<CompletableFuture<Object>> replies = new ArrayList<>();
                for (byte[] id : page.subList(first, Math.min(first + AT_ONCE, page.size()))) {
                    replies.add(purge(state, id, beforeMillis));
                }
                for (CompletableFuture<Object> reply : replies) {
                    switch (RedisFutures.join(reply)) {
                        case PurgeRun.Outcome.PURGED -> purged++;
                        case PurgeRun.Outcome.GONE -> {}
                        case RelistRun.Outcome listed -> LOG.info("run listed anew: {}", listed);
                        default -> kept++;
                    }
                }
            }
            if (page.size() < PAGE) {
                return purged;
            }
        }
    }

    private CompletableFuture<Object> purge(RunState state, byte[] id, long beforeMillis) {
        RunId run;
        try {
            run = new RunId(Bytes.text(id));
        } catch (IllegalArgumentException e) {
            LOG.warn("in the list of {} runs: {}", state, e.getMessage());
            return CompletableFuture.completedFuture(e);
        }
        CompletableFuture<Object> outcome =
                RunTraces.read(redis, keys, run)
                        .thenCompose(traces -> purge(state, traces, beforeMillis));
        return Refusals.logged("run " + run, outcome);
    }

    private CompletableFuture<Object> purge(RunState state, RunTraces traces, long beforeMillis) {
        RunHead head = traces.head().orElse(null);
        if (head == null || head.state() != state) {
            return new RelistRun(keys, traces.run()).runAsync(redis.scripts()).thenApply(o -> o);
        }
        PurgeRun purge =
                new PurgeRun(
                        keys,
                        traces.run(),
                        state,
                        head.workflowHash(),
                        beforeMillis,
                        traces.callerKey(),
                        traces.blobs(),
                        traces.letters());
        // First: who dies in between leaves a closed run, to which nobody has to come.
        return traces.removeErrands(redis, keys, workflows)
                .thenCompose(removed -> purge.runAsync(redis.scripts()))
                .thenApply(outcome -> outcome);
    }
}
