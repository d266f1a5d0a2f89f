package dev.stepweir.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.script.ParkStep;
import dev.stepweir.redis.script.PauseRun;
import dev.stepweir.redis.script.StartRun;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithRedis
class BreakerKeeperIT {

    private PlayedRuns runs;
    private BreakerKeeper keeper;

    @BeforeEach
    void connect(TestRedis redis) {
        runs = new PlayedRuns(redis);
        QueueGroups queues = new QueueGroups(runs.redis());
        ParkedSteps parked = new ParkedSteps(runs.redis(), new Definitions(runs.redis()), queues);
        keeper = new BreakerKeeper(runs.redis(), runs.namespace(), "orchestrator", parked);
    }

    @AfterEach
    void disconnect() {
        runs.close();
    }

    private RunId parked() {
        new QueueGroups(runs.redis()).ensure(runs.keys(), List.of("work"));
        RunId run = runs.submit(PlayedRuns.SINGLE);
        StartRun.Root root = new StartRun.Root("only", "work");
        var started =
                new StartRun(runs.keys(), run, "", List.of("work"), List.of(root))
                        .run(runs.redis().scripts());
        PlayedRuns.Taken taken = runs.take("w", "work").getFirst();
        String stored = runs.store().stepTexts(runs.keys(), run, List.of("only")).get("only");
        assertThat(
                        new ParkStep(runs.keys(), "w1", taken.step(), stored, "api", "PARKED {}")
                                .run(runs.redis().scripts()))
                .as("%s", started)
                .isEqualTo(ParkStep.Outcome.PARKED);
        return run;
    }

    private void breaker(TestRedis redis, String json) {
        redis.commands().hset(runs.keys().breakers(), "api", json);
    }

    private void dueForAProbe(TestRedis redis) {
        breaker(
                redis,
                "{\"state\":\"OPEN\",\"epoch\":5,\"since\":1,\"retry_at\":1,\"probes\":0,"
                        + "\"failures\":5,\"open_millis\":60000}");
    }

    private String breaker(TestRedis redis) {
        String stored = redis.commands().hget(runs.keys().breakers(), "api");
        return stored == null ? "" : stored;
    }

    @Test
    void a_ramp_ends_with_the_first_wave_that_is_larger_than_what_is_parked(TestRedis redis) {
        List<RunId> some = Stream.generate(this::parked).limit(3).toList();
        breaker(redis, "{\"state\":\"RAMPING\",\"epoch\":5,\"since\":1,\"wave\":1,\"failures\":5}");

        keeper.runOnce();
        assertThat(breaker(redis)).as("two of three").contains("RAMPING");
        keeper.runOnce();

        assertThat(breaker(redis)).as("closed before it finds nothing parked").isEmpty();
        assertThat(some).allMatch(run -> runs.step(run, "only").state() == StepState.READY);
    }

    @Test
    void parked_steps_that_cannot_be_read_leave_the_list_and_the_others_go_on(TestRedis redis) {
        RunId headless = parked();
        RunId unclear = parked();
        RunId fine = parked();
        redis.commands().hset(runs.keys().run(headless), "head", "RUNNING");
        redis.commands().hset(runs.keys().run(unclear), StepFields.state("only"), "PARKED");
        breaker(redis, "{\"state\":\"RAMPING\",\"epoch\":5,\"since\":1,\"wave\":4,\"failures\":5}");

        keeper.runOnce();

        assertThat(runs.step(fine, "only").state()).isEqualTo(StepState.READY);
        assertThat(redis.commands().zcard(runs.keys().parked("api"))).isZero();
    }

    @Test
    void a_step_of_a_paused_run_is_not_taken_for_the_probe(TestRedis redis) {
        RunId paused = parked();
        RunId next = parked();
        RunId last = parked();
        assertThat(new PauseRun(runs.keys(), paused, "{}", "PAUSED {}").run(runs.redis().scripts()))
                .isEqualTo(PauseRun.Outcome.PAUSED);
        dueForAProbe(redis);

        keeper.runOnce();

        assertThat(breaker(redis)).contains("HALF_OPEN");
        StepField probe = runs.step(next, "only");
        assertThat(probe.state()).isEqualTo(StepState.READY);
        assertThat(probe.ledgers().pass()).isPositive();
        assertThat(runs.take("w", "work")).hasSize(1);
        assertThat(runs.step(last, "only").state()).isEqualTo(StepState.PARKED);
    }

    @Test
    void steps_of_runs_that_have_ended_hold_up_no_probe(TestRedis redis) {
        for (int i = 0; i < 25; i++) {
            RunId ended = parked();
            redis.commands().del(runs.keys().run(ended));
        }
        RunId alive = parked();
        dueForAProbe(redis);

        keeper.runOnce();

        assertThat(breaker(redis)).contains("HALF_OPEN");
        assertThat(runs.step(alive, "only").state()).isEqualTo(StepState.READY);
        assertThat(redis.commands().zcard(runs.keys().parked("api"))).isZero();
    }
}
