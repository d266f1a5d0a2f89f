package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.Handlers;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a worker cannot start costs the others nothing. */
@WithRedis
@Timeout(60)
class UnstartedStepsIT extends WithRuns {

    private static final Workflow ONE =
            Workflow.builder("one").step("s", s -> s.handler("h")).build();
    private static final Workflow OTHER =
            Workflow.builder("other").step("another", s -> s.handler("h")).build();

    /** Its head names a definition that does not have its step. */
    private RunId startOfAnother(TestRedis redis) {
        RunId run = runs.start(ONE, null);
        RunId other = runs.start(OTHER, null);
        while (other.partition() != run.partition()) {
            other = runs.start(OTHER, null);
        }
        Keys keys = runs.namespace.keys(run);
        String head = redis.commands().hget(keys.run(run), "head");
        String hash = RunHead.parse(head).workflowHash();
        redis.commands().hset(keys.run(run), "head", head.replace(hash, OTHER.hash()));
        return run;
    }

    @Test
    void a_step_that_its_definition_does_not_have_keeps_no_other_from_starting(TestRedis redis) {
        for (Keys keys : runs.namespace.all()) {
            RedisFutures.join(QueueGroups.create(runs.redis, keys, Set.of("h")));
        }
        List<RunId> odd = List.of(startOfAnother(redis), startOfAnother(redis));
        RunId last = runs.start(ONE, null);
        try (Worker worker =
                worker().concurrency(2).handler("h", (input, context) -> "done").start()) {
            await().until(() -> runs.state(last) == RunState.COMPLETED);
            for (int i = 0; i < 8; i++) {
                RunId next = runs.start(ONE, null);
                await().until(() -> runs.state(next) == RunState.COMPLETED);
            }
            assertThat(odd).noneMatch(run -> runs.state(run) == RunState.COMPLETED);
            await().until(() -> worker.inHand() == 0);
        }
    }

    @Test
    void handlers_that_are_added_later_are_not_the_workers(TestRedis redis) {
        Handlers handlers = new Handlers().add("h", (input, context) -> "done");
        WorkerConfig quick = WorkerConfig.DEFAULT.withHeartbeat(Duration.ofMillis(50));
        String records = runs.namespace.keys(0).workerRecords();
        try (Worker worker = worker().config(quick).handlers(handlers).start()) {
            handlers.add("later", (input, context) -> "done");

            // Heartbeats look after the queues of every handler that the worker knows.
            for (int beat = 0; beat < 3; beat++) {
                redis.commands().del(records);
                await().until(() -> redis.commands().hexists(records, worker.id()));
            }
        }
        for (Keys keys : runs.namespace.all()) {
            assertThat(redis.commands().exists(keys.queue("later"))).isZero();
        }
    }
}
