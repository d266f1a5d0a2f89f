package dev.stepweir.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.duty.Tick;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.redis.script.CancelRun;
import dev.stepweir.redis.script.StartRun;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithRedis
class TimersIT {

    private static final Duration TICK = Duration.ofMillis(50);

    private PlayedRuns runs;
    private Timers timers;

    @BeforeEach
    void connect(TestRedis redis) {
        runs = new PlayedRuns(redis);
        timers = timers(TICK);
    }

    @AfterEach
    void disconnect() {
        runs.close();
    }

    private Timers timers(Duration tick) {
        return new Timers(
                runs.redis(),
                runs.keys(),
                new Definitions(runs.redis()),
                new QueueGroups(runs.redis()),
                tick);
    }

    private RunId waiting(Duration delay) {
        RunId run = started();
        runs.fail(runs.take("w", "work").getFirst(), delay);
        return run;
    }

    private RunId started() {
        new QueueGroups(runs.redis()).ensure(runs.keys(), List.of("work"));
        RunId run = runs.submit(PlayedRuns.SINGLE);
        assertThat(
                        new StartRun(
                                        runs.keys(),
                                        run,
                                        "",
                                        List.of("work"),
                                        List.of(new StartRun.Root("only", "work")))
                                .run(runs.redis().scripts()))
                .isEqualTo(StartRun.Outcome.STARTED);
        return run;
    }

    @Test
    void a_due_step_is_published_under_the_next_number() {
        RunId run = waiting(Duration.ZERO);
        assertThat(timers.runOnce().pause()).isLessThanOrEqualTo(TICK);
        assertThat(runs.step(run, "only").state()).isEqualTo(StepState.READY);
        var taken = runs.take("w", "work");
        assertThat(taken).hasSize(1);
        assertThat(taken.getFirst().entry().number()).isEqualTo(2);
    }

    @Test
    void nothing_is_published_early_and_the_wait_ends_when_the_next_is_due(TestRedis redis) {
        RunId run = waiting(Duration.ofHours(1));
        // The set says that it is due, the step's own field says that it is not: the field counts.
        redis.commands().zadd(runs.keys().timers(), 1, run.text() + " only");
        timers.runOnce();
        assertThat(runs.step(run, "only").state()).isEqualTo(StepState.WAITING_FOR_RETRY);
        assertThat(redis.commands().zscore(runs.keys().timers(), run.text() + " only"))
                .isEqualTo((double) runs.step(run, "only").dueMillis());
        waiting(Duration.ofMinutes(1));
        Tick tick = timers(Duration.ofHours(2)).runOnce();
        assertThat(tick.pause()).isLessThanOrEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void a_retry_is_never_published_before_its_time() {
        Duration delay = Duration.ofMillis(120);
        RunId run = waiting(delay);
        long due = runs.step(run, "only").dueMillis();
        await().pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    timers.runOnce();
                    return runs.step(run, "only").state() == StepState.READY;
                });
        String entry = runs.step(run, "only").published().entryId();
        assertThat(Long.parseLong(entry.substring(0, entry.indexOf('-'))))
                .isGreaterThanOrEqualTo(due);
        assertThat(RedisTime.millis(runs.redis())).isGreaterThanOrEqualTo(due);
    }

    @Test
    void a_full_page_is_followed_by_the_next_at_once() {
        Set<RunId> all = new HashSet<>();
        for (int i = 0; i < 105; i++) {
            all.add(waiting(Duration.ZERO));
        }
        assertThat(timers.runOnce()).isEqualTo(Tick.AGAIN);
        assertThat(timers.runOnce()).isNotEqualTo(Tick.AGAIN);
        assertThat(all).allMatch(run -> runs.step(run, "only").state() == StepState.READY);
    }

    @Test
    void a_timer_of_a_step_that_does_not_wait_any_more_is_removed(TestRedis redis) {
        RunId gone = waiting(Duration.ZERO);
        RunId cancelled = waiting(Duration.ZERO);
        RunId ready = started();
        redis.commands().del(runs.keys().run(gone));
        new CancelRun(runs.keys(), cancelled, "test", "CANCELLED {}").run(runs.redis().scripts());
        redis.commands().zadd(runs.keys().timers(), 1, ready.text() + " only");
        String before = runs.step(ready, "only").published().toString();
        timers.runOnce();
        assertThat(redis.commands().zcard(runs.keys().timers())).isZero();
        assertThat(runs.step(ready, "only").published()).hasToString(before);
    }

    @Test
    void what_cannot_be_served_is_set_aside_and_keeps_nobody_waiting(TestRedis redis) {
        RunId run = waiting(Duration.ZERO);
        RunId broken = waiting(Duration.ZERO);
        redis.commands()
                .hset(runs.keys().run(broken), StepFields.state("only"), "WAITING_FOR_RETRY x");
        redis.commands().zadd(runs.keys().timers(), 1, "nonsense");
        RunId brief = waiting(Duration.ZERO);
        redis.commands()
                .hset(runs.keys().run(brief), StepFields.state("only"), "WAITING_FOR_RETRY");
        RunId headless = waiting(Duration.ZERO);
        redis.commands().hset(runs.keys().run(headless), "head", "RUNNING");
        redis.commands().hset(runs.keys().run(headless), RunRetry.WAITS_FOR, "soon");
        redis.commands().zadd(runs.keys().timers(), 1, headless.text());
        timers.runOnce();
        assertThat(runs.step(run, "only").state()).isEqualTo(StepState.READY);
        assertThat(
                        redis.commands()
                                .zrangebyscore(
                                        runs.keys().timers(),
                                        io.lettuce.core.Range.create(
                                                0, RedisTime.millis(runs.redis()))))
                .isEmpty();
        assertThat(redis.commands().zcard(runs.keys().timers())).isEqualTo(5);
    }

    @Test
    void two_that_look_at_once_publish_each_step_once() {
        RunId run = waiting(Duration.ZERO);
        Timers other = timers(TICK);
        Thread second = Thread.ofVirtual().start(() -> other.runOnce());
        timers.runOnce();
        await().until(() -> !second.isAlive());
        assertThat(runs.step(run, "only").published().number()).isEqualTo(2);
        assertThat(runs.take("w", "work")).hasSize(1);
    }
}
