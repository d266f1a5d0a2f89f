package dev.stepweir.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.json.Json;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.explain.Cause;
import dev.stepweir.operator.explain.Explanation;
import dev.stepweir.operator.explain.Explanations;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.ManualClock;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import io.lettuce.core.Range;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@WithRedis
class UnknownHandlersIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ManualClock clock = ManualClock.create();
    private PlayedRuns runs;
    private Orchestrator orchestrator;
    private UnknownHandlers duty;

    @BeforeEach
    void connect(TestRedis redis) {
        runs = new PlayedRuns(redis);
        orchestrator =
                Orchestrator.start(runs.redis(), runs.namespace(), OrchestratorConfig.DEFAULTS);
        duty =
                new UnknownHandlers(
                        runs.redis(),
                        runs.keys(),
                        new Definitions(runs.redis()),
                        PATIENCE,
                        clock::millis);
    }

    @AfterEach
    void disconnect() {
        orchestrator.close();
        runs.close();
    }

    private RunId started() {
        RunId run = runs.submit(PlayedRuns.SINGLE);
        await().until(() -> runs.state(run).orElseThrow() == RunState.RUNNING);
        return run;
    }

    private void aWorkerLives(TestRedis redis) {
        redis.commands().zadd(runs.keys().workerBeats(), RedisTime.millis(runs.redis()), "w1");
    }

    private void aMinutePasses() {
        duty.runOnce();
        clock.advance(PATIENCE);
        duty.runOnce();
    }

    @Test
    @DisplayName(
            "S3-U5, B4: a step whose handler no worker ever had is a dead letter after a minute")
    void a_handler_that_nobody_ever_had_makes_a_dead_letter(TestRedis redis) {
        RunId run = started();
        aWorkerLives(redis);
        redis.commands().hset(runs.keys().handlers(), "other", "1");
        duty.runOnce();
        clock.advance(PATIENCE.minusMillis(1));
        duty.runOnce();
        assertThat(runs.step(run, "only").state()).isEqualTo(StepState.READY);
        clock.advance(Duration.ofMillis(1));
        duty.runOnce();
        assertThat(runs.step(run, "only").state()).isEqualTo(StepState.DEAD);
        await().until(() -> runs.state(run).orElseThrow() == RunState.FAILED);
        var letters = redis.commands().xrange(runs.keys().deadLetters(), Range.unbounded());
        DeadLetter letter = Json.read(letters.getFirst().getBody().get("d"), DeadLetter.class);
        assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.HANDLER_NOT_FOUND);
        assertThat(letter.handler()).isEqualTo("work");
        assertThat(letter.attempts()).isZero();
        assertThat(letter.error().message())
                .isEqualTo(
                        "no worker of this namespace ever had a handler 'work'; they have: other");
    }

    @Test
    @DisplayName("B4: explain says that the handler is missing, before the minute is up and after")
    void explain_names_the_missing_handler(TestRedis redis) {
        RunId run = started();
        aWorkerLives(redis);
        Explanations explanations = new Explanations(runs.redis(), runs.namespace());
        assertThat(explanations.explain(run, "only").orElseThrow().steps().getFirst().causes())
                .first()
                .isInstanceOf(Cause.NoWorker.class);
        aMinutePasses();
        Explanation after = explanations.explain(run, "only").orElseThrow();
        assertThat(after.steps().getFirst().state()).isEqualTo(StepStatus.DEAD);
        assertThat(after.toString()).contains("ever had a handler 'work'");
    }

    @Test
    void a_garbled_run_holds_up_no_other(TestRedis redis) {
        RunId garbled = started();
        RunId run = started();
        aWorkerLives(redis);
        redis.commands().hset(runs.keys().handlers(), "other", "1");
        redis.commands().hset(runs.keys().run(garbled), "head", "RUNNING");
        aMinutePasses();
        assertThat(runs.step(run, "only").state()).isEqualTo(StepState.DEAD);
    }

    @Test
    void without_living_workers_the_step_waits(TestRedis redis) {
        RunId run = started();
        redis.commands().hset(runs.keys().handlers(), "other", "1");
        aMinutePasses();
        assertThat(runs.step(run, "only").state()).isEqualTo(StepState.READY);
        aWorkerLives(redis);
        duty.runOnce();
        assertThat(runs.step(run, "only").state()).isEqualTo(StepState.READY);
    }

    @Test
    void a_handler_that_is_only_away_is_waited_for(TestRedis redis) {
        RunId run = started();
        aWorkerLives(redis);
        redis.commands().hset(runs.keys().handlers(), "work", "1");
        aMinutePasses();
        assertThat(runs.step(run, "only").state()).isEqualTo(StepState.READY);
    }
}
