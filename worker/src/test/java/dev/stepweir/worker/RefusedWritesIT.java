package dev.stepweir.worker;

import static io.lettuce.core.protocol.CommandType.EVALSHA;
import static io.lettuce.core.protocol.CommandType.HSET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.StepHandler;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.AclSetuserArgs;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** A server that refuses writes, for a while or for good, costs nobody what was done. */
@WithRedis(privateServer = true)
@Timeout(60)
class RefusedWritesIT extends WithRuns {

    private static final Workflow ONE =
            Workflow.builder("one").step("s", s -> s.handler("h").maxAttempts(1)).build();
    private static final Pattern REFUSED =
            Pattern.compile("cmdstat_evalsha:.*rejected_calls=(\\d+),failed_calls=(\\d+)");

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch refusing = new CountDownLatch(1);
    private final AtomicInteger done = new AtomicInteger();

    private enum Refusal {
        NO_REPLICAS {
            @Override
            void begin(TestRedis redis) {
                redis.commands().configSet("min-replicas-to-write", "1");
            }

            @Override
            void end(TestRedis redis) {
                redis.commands().configSet("min-replicas-to-write", "0");
            }
        },

        NO_RIGHTS {
            @Override
            void begin(TestRedis redis) {
                redis.commands().aclSetuser("default", new AclSetuserArgs().removeCommand(EVALSHA));
            }

            @Override
            void end(TestRedis redis) {
                redis.commands().aclSetuser("default", new AclSetuserArgs().addCommand(EVALSHA));
            }
        },

        NO_RIGHTS_IN_A_SCRIPT {
            @Override
            void begin(TestRedis redis) {
                redis.commands().aclSetuser("default", new AclSetuserArgs().removeCommand(HSET));
            }

            @Override
            void end(TestRedis redis) {
                redis.commands().aclSetuser("default", new AclSetuserArgs().addCommand(HSET));
            }
        };

        abstract void begin(TestRedis redis);

        abstract void end(TestRedis redis);
    }

    @AfterEach
    void refuseNothing(TestRedis redis) {
        List.of(Refusal.values()).forEach(refusal -> refusal.end(redis));
    }

    /** One slot: while the handler has it nothing else is written. */
    private Worker worker(StepHandler<JsonNode, ?> handler) {
        return worker().concurrency(1).handler("h", handler).start();
    }

    /** Lets the handler go on when its step's report will be refused, and heals that in the end. */
    private RunId runThrough(Refusal refusal, TestRedis redis) throws InterruptedException {
        RunId run = runUntilRefused(refusal, redis, 1);
        refusal.end(redis);
        return run;
    }

    private RunId runUntilRefused(Refusal refusal, TestRedis redis, int times)
            throws InterruptedException {
        RunId run = runs.start(ONE, null);
        begun.await();
        refusal.begin(redis);
        redis.commands().configResetstat();
        refusing.countDown();
        await().until(() -> refusals(redis) >= times);
        return run;
    }

    private static int refusals(TestRedis redis) {
        Matcher refused = REFUSED.matcher(redis.commands().info("commandstats"));
        return refused.find()
                ? Integer.parseInt(refused.group(1)) + Integer.parseInt(refused.group(2))
                : 0;
    }

    @Test
    void a_worker_that_cannot_start_leaves_no_connection(TestRedis redis) {
        int before = connections(redis);
        Worker.Builder named = worker().name("refused").handler("h", (in, c) -> null);
        Worker.Builder unnamed = worker().handler("h", (in, c) -> null);
        Refusal.NO_RIGHTS.begin(redis);

        for (Worker.Builder each : List.of(named, unnamed)) {
            assertThatThrownBy(() -> each.start(runs.redis)).hasMessageContaining("NOPERM");
            await().until(() -> connections(redis) == before);
        }
    }

    private static int connections(TestRedis redis) {
        return (int) redis.commands().clientList().lines().count();
    }

    private int doIt() throws InterruptedException {
        begun.countDown();
        refusing.await();
        return done.incrementAndGet();
    }

    @ParameterizedTest
    @EnumSource(Refusal.class)
    void a_commit_that_was_refused_is_sent_again(Refusal refusal, TestRedis redis)
            throws Exception {
        try (Worker worker = worker((input, context) -> doIt())) {
            RunId run = runThrough(refusal, redis);

            await().until(() -> runs.state(run) == RunState.COMPLETED);
            assertThat(done).hasValue(1);
            assertThat(runs.step(run, "s").published().number()).isEqualTo(1);
            await().until(() -> worker.inHand() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Refusal.class)
    void a_failure_that_was_refused_is_reported_again(Refusal refusal, TestRedis redis)
            throws Exception {
        StepHandler<JsonNode, ?> failing =
                (input, context) -> {
                    throw new IllegalStateException("attempt " + doIt());
                };
        try (Worker worker = worker(failing)) {
            RunId run = runThrough(refusal, redis);

            await().until(() -> runs.stepState(run, "s") == StepState.DEAD);
            assertThat(runs.step(run, "s").ledgers().failures()).isEqualTo(1);
            await().until(() -> worker.inHand() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Refusal.class)
    void what_was_done_once_is_noted_when_it_can_be(Refusal refusal, TestRedis redis)
            throws Exception {
        try (Worker worker =
                worker((input, context) -> context.once("it", Integer.class, this::doIt))) {
            RunId run = runThrough(refusal, redis);

            await().until(() -> runs.state(run) == RunState.COMPLETED);
            assertThat(runs.output(run, "s")).contains("1");
            await().until(() -> worker.inHand() == 0);
        }
    }

    @Test
    void what_is_not_committed_when_its_worker_closes_goes_back(TestRedis redis) throws Exception {
        RunId run;
        try (Worker worker = worker((input, context) -> doIt())) {
            run = runUntilRefused(Refusal.NO_REPLICAS, redis, 6);
            Refusal.NO_REPLICAS.end(redis);
            Thread.currentThread().interrupt();
            worker.close();
            assertThat(Thread.interrupted()).isTrue();
        }
        StepField step = runs.step(run, "s");
        assertThat(step.state() == StepState.SUCCEEDED || step.published().number() == 2)
                .as("committed or handed back: %s", step)
                .isTrue();
        String queue = runs.namespace.keys(run).queue("h");
        assertThat(redis.commands().xinfoConsumers(queue, "workers")).isEmpty();
    }

    @Test
    void a_step_whose_commit_is_refused_for_good_has_failed(TestRedis redis) {
        Workflow two =
                Workflow.builder("two")
                        .step("s", s -> s.handler("h").maxAttempts(1))
                        .step("next", s -> s.handler("garbled").after("s"))
                        .build();
        try (Worker worker = worker((input, context) -> done.incrementAndGet())) {
            runs.namespace.all().forEach(keys -> redis.commands().set(keys.queue("garbled"), "x"));
            RunId run = runs.start(two, null);
            await().until(() -> runs.stepState(run, "s") == StepState.DEAD);
            assertThat(done).hasValue(1);
            await().until(() -> worker.inHand() == 0);
        }
    }
}
