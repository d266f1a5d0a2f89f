package dev.stepweir.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.duty.Tick;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithRedis
class ReconcilerIT {

    private static final Duration PAUSE = Duration.ofMillis(200);

    private PlayedRuns runs;
    private Reconciler reconciler;

    @BeforeEach
    void connect(TestRedis redis) {
        runs = new PlayedRuns(redis);
        Definitions definitions = new Definitions(runs.redis());
        QueueGroups queues = new QueueGroups(runs.redis());
        reconciler =
                new Reconciler(
                        runs.redis(),
                        runs.keys(),
                        definitions,
                        new RunStarter(runs.redis(), definitions, queues),
                        new StepRepair(runs.redis(), queues),
                        PAUSE,
                        200);
    }

    @AfterEach
    void disconnect() {
        runs.close();
    }

    private RunId started() {
        RunId run = runs.submit(PlayedRuns.SINGLE);
        walk();
        assertThat(runs.state(run)).contains(RunState.RUNNING);
        return run;
    }

    /** One whole pass. */
    private void walk() {
        for (int page = 0; page < 20; page++) {
            reconciler.runOnce();
        }
    }

    private String entryOf(RunId run) {
        return runs.step(run, "only").published().toString();
    }

    @Test
    void a_run_whose_doorbell_was_lost_is_started(TestRedis redis) {
        RunId run = runs.submit(PlayedRuns.SINGLE);
        redis.commands().del(runs.keys().inbox());
        reconciler.runOnce();
        assertThat(runs.state(run)).contains(RunState.RUNNING);
        assertThat(runs.take("w", "work")).hasSize(1);
    }

    @Test
    void steps_that_are_queued_or_held_are_left_alone() {
        RunId held = started();
        assertThat(runs.take("w", "work")).hasSize(1);
        RunId queued = started();
        String heldEntry = entryOf(held);
        String queuedEntry = entryOf(queued);
        assertThat(reconciler.runOnce()).isEqualTo(Tick.after(PAUSE));
        assertThat(entryOf(held)).isEqualTo(heldEntry);
        assertThat(entryOf(queued)).isEqualTo(queuedEntry);
        assertThat(runs.history(held)).isEmpty();
    }

    @Test
    void a_lost_stream_is_made_anew_and_nothing_is_delivered_twice(TestRedis redis) {
        Set<RunId> all = new HashSet<>();
        for (int i = 0; i < 250; i++) {
            all.add(runs.submit(PlayedRuns.SINGLE));
        }
        walk();
        redis.commands().del(runs.keys().queue("work"));
        walk();
        Set<RunId> delivered = new HashSet<>();
        for (var page = runs.take("w", "work"); !page.isEmpty(); page = runs.take("w", "work")) {
            page.forEach(taken -> assertThat(delivered.add(taken.entry().run())).isTrue());
        }
        assertThat(delivered).isEqualTo(all);
        RunId any = all.iterator().next();
        assertThat(runs.history(any))
                .extracting(HistoryEvent::kind)
                .containsExactly(HistoryEvent.REPUBLISHED);
        assertThat(runs.step(any, "only").ledgers().redeliveries()).isEqualTo(1);
    }

    @Test
    void a_lost_group_forgets_what_was_held_and_it_is_published_again(TestRedis redis) {
        RunId held = started();
        assertThat(runs.take("w", "work")).hasSize(1);
        RunId queued = started();
        redis.commands().xgroupDestroy(runs.keys().queue("work"), Keys.WORKER_GROUP);
        walk();
        assertThat(runs.take("w", "work"))
                .extracting(taken -> taken.entry().run())
                .containsExactlyInAnyOrder(held, queued);
    }

    @Test
    void a_deleted_entry_and_an_entry_no_longer_pending_are_published_again(TestRedis redis) {
        RunId deleted = started();
        String entry = runs.step(deleted, "only").published().entryId();
        redis.commands().xdel(runs.keys().queue("work"), entry);
        RunId acknowledged = started();
        walk();
        runs.take("w", "work")
                .forEach(taken ->
                        redis.commands()
                                .xack(
                                        runs.keys().queue("work"),
                                        Keys.WORKER_GROUP,
                                        taken.entryId()));
        walk();
        assertThat(runs.take("w", "work"))
                .extracting(taken -> taken.entry().run())
                .containsExactlyInAnyOrder(deleted, acknowledged);
    }

    @Test
    void a_lost_timer_is_set_again_for_the_stored_time(TestRedis redis) {
        RunId run = started();
        runs.fail(runs.take("w", "work").getFirst(), Duration.ofHours(1));
        redis.commands().del(runs.keys().timers());
        walk();
        assertThat(redis.commands().zscore(runs.keys().timers(), run.text() + " only"))
                .isEqualTo((double) runs.step(run, "only").dueMillis());
    }

    @Test
    void a_run_that_dead_steps_block_is_settled_though_nobody_rang(TestRedis redis) {
        RunId run = started();
        runs.bury(runs.take("w", "work").getFirst());
        redis.commands().del(runs.keys().inbox());
        walk();
        assertThat(runs.state(run)).contains(RunState.FAILED);
        assertThat(runs.step(run, "only").state()).isEqualTo(StepState.DEAD);
    }

    @Test
    void a_garbled_head_stays_listed_and_holds_up_no_other_run(TestRedis redis) {
        RunId garbled = started();
        redis.commands().hset(runs.keys().run(garbled), "head", "RUNNING");
        RunId next = started();
        redis.commands().del(runs.keys().queue("work"));

        walk();

        assertThat(runs.take("w", "work"))
                .extracting(taken -> taken.entry().run())
                .containsExactly(next);
        assertThat(redis.commands().zrange(runs.keys().openRuns(), 0, -1))
                .containsExactlyInAnyOrder(garbled.text(), next.text());
    }

    @Test
    void listings_are_put_right(TestRedis redis) {
        RunId gone = started();
        redis.commands().del(runs.keys().run(gone));
        RunId closed = started();
        runs.bury(
                runs.take("w", "work").stream()
                        .filter(taken -> taken.entry().run().equals(closed))
                        .findFirst()
                        .orElseThrow());
        walk();
        redis.commands().zadd(runs.keys().openRuns(), 1, closed.text());
        redis.commands().zrem(runs.keys().failedRuns(), closed.text());
        redis.commands().zadd(runs.keys().openRuns(), 1, "nonsense");
        walk();
        assertThat(redis.commands().zcard(runs.keys().openRuns())).isZero();
        assertThat(redis.commands().zrange(runs.keys().failedRuns(), 0, -1))
                .containsExactly(closed.text());
    }
}
