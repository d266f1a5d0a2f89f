package dev.stepweir.orchestrator;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.ExpireRun;
import dev.stepweir.redis.script.SetTimer;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunId;
import dev.stepweir.workflow.Graph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Fails runs that have not ended in time, and sees to it that each which has a deadline has the
 * timer for it. Runs without one cost nothing. Thread-safe.
 */
final class Deadlines {

    private static final String EVENT =
            HistoryEvent.record(HistoryEvent.DEADLINE, Map.of("by", "orchestrator"));

    private final Redis redis;
    private final RunReads reads;

    Deadlines(Redis redis) {
        this.redis = redis;
        this.reads = new RunReads(redis);
    }

    /** Ends the run that a timer belongs to, if its time has come. */
    CompletableFuture<ExpireRun.Outcome> expire(Keys keys, String timer) {
        try {
            RunId run = new RunId(timer.substring(0, RunId.LENGTH));
            return new ExpireRun(keys, run, EVENT).runAsync(redis.scripts());
        } catch (IllegalArgumentException garbled) {
            return CompletableFuture.failedFuture(garbled);
        }
    }

    /** Sets the timers that were lost; where there is one, it stays. */
    void keep(Keys keys, Map<RunId, Graph> runs) {
        Map<RunId, List<String>> wanted = new LinkedHashMap<>();
        runs.forEach((run, graph) -> {
            if (graph.workflow().timeout().isPresent()) {
                wanted.put(run, List.of(RunDeadline.FIELD));
            }
        });
        List<CompletableFuture<?>> replies = new ArrayList<>();
        reads.fields(keys, wanted)
                .forEach((run, fields) -> {
                    try {
                        RunDeadline.of(fields)
                                .map(deadline -> set(keys, run, deadline))
                                .ifPresent(set -> replies.add(Refusals.logged(run, set)));
                    } catch (RuntimeException garbled) {
                        Refusals.complain(
                                "run=" + run + " has a deadline that cannot be read", fields);
                    }
                });
        replies.forEach(RedisFutures::join);
    }

    private CompletableFuture<?> set(Keys keys, RunId run, RunDeadline deadline) {
        String timer = RunDeadline.timer(run);
        return new SetTimer(keys, timer, deadline.dueMillis(), SetTimer.Only.MISSING)
                .runAsync(redis.scripts());
    }
}
