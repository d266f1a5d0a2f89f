package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.BreakerPolicy;
import dev.stepweir.workflow.StepDefinition;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

@WithRedis(privateServer = true)
class GuardIT extends WithRuns {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Workflow FREE =
            Workflow.builder("free").step("s", s -> s.handler("h")).build();
    private static final Workflow GUARDED = guarded(s -> {});
    private static final Workflow LIMITED = guarded(s -> s.timeout(TIMEOUT).maxAttempts(1));

    private static Workflow guarded(Consumer<StepDefinition.Builder> more) {
        return Workflow.builder("guarded")
                .step(
                        "s",
                        s -> {
                            s.handler("h").breaker(BreakerPolicy.of("api"));
                            more.accept(s);
                        })
                .build();
    }

    private Worker worker(AtomicInteger calls) {
        return worker().handler("h", Void.class, (input, context) -> calls.incrementAndGet())
                .start();
    }

    private void halfOpen(TestRedis redis, String more) {
        String json = "{\"state\":\"HALF_OPEN\",\"epoch\":5,\"since\":1,\"probe_until\":1%s}";
        redis.commands().hset(runs.namespace.keys(0).breakers(), "api", json.formatted(more));
    }

    @Test
    void the_first_step_that_comes_makes_the_probe_that_nobody_makes(TestRedis redis) {
        AtomicInteger calls = new AtomicInteger();
        try (Worker worker = worker(calls)) {
            halfOpen(redis, "");
            RunId run = runs.start(GUARDED, null);
            await().until(() -> runs.state(run) == RunState.COMPLETED);

            assertThat(calls).as("of %s", worker).hasValue(1);
            String breakers = runs.namespace.keys(0).breakers();
            await().until(() -> redis.commands().hget(breakers, "api").contains("RAMPING"));
        }
    }

    @Test
    void nobody_makes_a_probe_that_another_step_makes(TestRedis redis) {
        AtomicInteger calls = new AtomicInteger();
        try (Worker worker = worker(calls)) {
            halfOpen(redis, ",\"prober\":\"another\"");
            RunId run = runs.start(GUARDED, null);
            await().until(() -> runs.stepState(run, "s") == StepState.PARKED);

            assertThat(calls).as("of %s", worker).hasValue(0);
        }
    }

    @Test
    void the_time_of_a_step_does_not_run_while_its_breaker_cannot_be_asked(TestRedis redis) {
        AtomicInteger calls = new AtomicInteger();
        try (Worker worker = worker(calls)) {
            RunId free = runs.start(FREE, null);
            await().until(() -> runs.state(free) == RunState.COMPLETED);
            String most = redis.commands().configGet("maxclients").get("maxclients");
            long clients = redis.commands().clientList().lines().count();
            // The worker's first question needs a connection more than it has.
            redis.commands().configSet("maxclients", String.valueOf(clients));

            RunId guarded = runs.start(LIMITED, null);
            await().until(() -> worker.inHand() == 1);
            await().during(TIMEOUT.multipliedBy(2))
                    .atMost(TIMEOUT.multipliedBy(20))
                    .until(() -> runs.stepState(guarded, "s") == StepState.READY);
            assertThat(calls).as("not called yet").hasValue(1);

            redis.commands().configSet("maxclients", most);
            await().until(() -> runs.state(guarded) == RunState.COMPLETED);
            assertThat(calls).hasValue(2);
            assertThat(runs.step(guarded, "s").ledgers().failures()).isZero();
        }
    }
}
