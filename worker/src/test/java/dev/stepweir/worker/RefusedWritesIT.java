package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.StepHandler;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** A server that refuses writes until its replicas are back costs nobody what was done. */
@WithRedis(privateServer = true)
@Timeout(60)
class RefusedWritesIT extends WithRuns {

    private static final Workflow ONE =
            Workflow.builder("one").step("s", s -> s.handler("h").maxAttempts(1)).build();
    private static final Pattern REFUSED =
            Pattern.compile("cmdstat_evalsha:.*(rejected|failed)_calls=[1-9]");

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch refusing = new CountDownLatch(1);
    private final AtomicInteger done = new AtomicInteger();

    @AfterEach
    void needNoReplicas(TestRedis redis) {
        needReplicas(redis, 0);
    }

    private static void needReplicas(TestRedis redis, int atLeast) {
        redis.commands().configSet("min-replicas-to-write", String.valueOf(atLeast));
    }

    /** One slot: while the handler has it nothing else is written. */
    private Worker worker(StepHandler<JsonNode, ?> handler) {
        return worker().concurrency(1).handler("h", handler).start();
    }

    /** Lets the handler go on when its step's report will be refused, and heals that in the end. */
    private RunId runThroughIt(TestRedis redis) throws InterruptedException {
        RunId run = runs.start(ONE, null);
        begun.await();
        needReplicas(redis, 1);
        redis.commands().configResetstat();
        refusing.countDown();
        await().until(() -> REFUSED.matcher(redis.commands().info("commandstats")).find());
        needReplicas(redis, 0);
        return run;
    }

    private int doIt() throws InterruptedException {
        begun.countDown();
        refusing.await();
        return done.incrementAndGet();
    }

    @Test
    void a_commit_that_was_refused_is_sent_again(TestRedis redis) throws Exception {
        try (Worker worker = worker((input, context) -> doIt())) {
            RunId run = runThroughIt(redis);

            await().until(() -> runs.state(run) == RunState.COMPLETED);
            assertThat(done).hasValue(1);
            assertThat(runs.step(run, "s").published().number()).isEqualTo(1);
            await().until(() -> worker.inHand() == 0);
        }
    }

    @Test
    void a_failure_that_was_refused_is_reported_again(TestRedis redis) throws Exception {
        StepHandler<JsonNode, ?> failing =
                (input, context) -> {
                    throw new IllegalStateException("attempt " + doIt());
                };
        try (Worker worker = worker(failing)) {
            RunId run = runThroughIt(redis);

            await().until(() -> runs.stepState(run, "s") == StepState.DEAD);
            assertThat(runs.step(run, "s").ledgers().failures()).isEqualTo(1);
            await().until(() -> worker.inHand() == 0);
        }
    }

    @Test
    void what_was_done_once_is_noted_when_it_can_be(TestRedis redis) throws Exception {
        try (Worker worker =
                worker((input, context) -> context.once("it", Integer.class, this::doIt))) {
            RunId run = runThroughIt(redis);

            await().until(() -> runs.state(run) == RunState.COMPLETED);
            assertThat(runs.output(run, "s")).contains("1");
            await().until(() -> worker.inHand() == 0);
        }
    }
}
