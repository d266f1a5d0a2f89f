package dev.stepweir.reaper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stepweir.json.Json;
import dev.stepweir.operator.fleet.Fleet;
import dev.stepweir.orchestrator.Orchestrator;
import dev.stepweir.orchestrator.OrchestratorConfig;
import dev.stepweir.orchestrator.PlayedRuns;
import dev.stepweir.orchestrator.PlayedRuns.Taken;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.redis.script.CancelRun;
import dev.stepweir.redis.script.RegisterWorker;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.testkit.proxy.FaultProxy;
import io.lettuce.core.Consumer;
import io.lettuce.core.Range;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@WithRedis
class ReaperIT {

    private static final Duration LAPSED = Duration.ofMinutes(1);
    private static final ReaperConfig CONFIG =
            ReaperConfig.DEFAULTS.withCrashDelay(Duration.ofMillis(300));

    private PlayedRuns runs;
    private Orchestrator orchestrator;
    private Reclaimer reclaimer;

    @BeforeEach
    void connect(TestRedis redis) {
        runs = new PlayedRuns(redis);
        orchestrator = orchestrator();
        reclaimer = reclaimer();
        reclaimer.runOnce();
        endGrace(redis);
    }

    private Reclaimer reclaimer() {
        return new Reclaimer(
                runs.redis(), runs.keys(), new KnownQueues(runs.redis(), runs.keys()), CONFIG);
    }

    private Orchestrator orchestrator() {
        return Orchestrator.start(runs.redis(), runs.namespace(), OrchestratorConfig.DEFAULTS);
    }

    @AfterEach
    void disconnect() {
        orchestrator.close();
        runs.close();
    }

    private void endGrace(TestRedis redis) {
        redis.commands().hset(runs.keys().reaper(), "grace_until", "0");
    }

    private RunId started() {
        RunId run = runs.submit(PlayedRuns.SINGLE);
        await().until(() -> runs.state(run).orElseThrow() == RunState.RUNNING);
        return run;
    }

    private Taken takeBy(String worker) {
        return runs.take(worker, "work").getFirst();
    }

    private Taken lapsedBy(String worker) {
        Taken taken = takeBy(worker);
        runs.age(taken, worker, LAPSED);
        return taken;
    }

    private List<String> kinds(RunId run) {
        return runs.history(run).stream().map(HistoryEvent::kind).toList();
    }

    @Test
    @DisplayName("S2-066: orphan_recovery_increments_attempt")
    void a_crash_is_charged_when_the_worker_is_silent_too() {
        RunId run = started();
        lapsedBy("dead");
        reclaimer.runOnce();
        assertThat(kinds(run)).containsExactly("CRASHED");
        assertThat(runs.step(run, "only").ledgers().crashes()).isEqualTo(1);
        assertThat(runs.step(run, "only").ledgers().failures()).isZero();
        assertThat(runs.step(run, "only").ledgers().attempt()).isEqualTo(2);
        Taken again = takeBy("next");
        assertThat(again.entry().number()).isEqualTo(2);
    }

    @Test
    void a_round_over_many_queues_that_takes_longer_than_a_gap_takes_back_all_the_same(
            TestRedis redis) {
        RunId run = started();
        Taken taken = takeBy("dead");
        for (int n = 0; n < 60; n++) {
            redis.commands().sadd(runs.keys().queues(), "before-work-" + n);
        }
        ReaperConfig hasty =
                CONFIG.timed(Duration.ofSeconds(4), Duration.ofMillis(100), Duration.ofMillis(500));
        try (FaultProxy network = FaultProxy.before(redis.uri());
                Redis far = Redis.connect(network.uri(), "reaper")) {
            Reclaimer slow =
                    new Reclaimer(far, runs.keys(), new KnownQueues(far, runs.keys()), hasty);
            slow.runOnce();
            endGrace(redis);
            runs.age(taken, "dead", LAPSED);
            network.delay(hasty.gap().dividedBy(40));

            slow.runOnce();
        }

        assertThat(kinds(run)).containsExactly("CRASHED");
    }

    @Test
    void a_worker_that_beats_is_charged_nothing(TestRedis redis) {
        RunId run = started();
        lapsedBy("alive");
        redis.commands().zadd(runs.keys().workerBeats(), RedisTime.millis(runs.redis()), "alive");
        reclaimer.runOnce();
        assertThat(kinds(run)).containsExactly("REDELIVERED");
        assertThat(runs.step(run, "only").ledgers().crashes()).isZero();
        assertThat(runs.step(run, "only").ledgers().redeliveries()).isEqualTo(1);
    }

    @Test
    void an_entry_within_its_lease_is_left_alone() {
        RunId run = started();
        Taken taken = takeBy("w");
        reclaimer.runOnce();
        assertThat(runs.step(run, "only").published().entryId()).isEqualTo(taken.entryId());
    }

    @Test
    @DisplayName("S2-065: orphaned_workflow_rescheduled_with_backoff")
    void from_the_second_crash_on_the_step_waits_and_is_then_executed_alone(TestRedis redis) {
        RunId run = started();
        lapsedBy("w1");
        reclaimer.runOnce();
        assertThat(runs.step(run, "only").state()).isEqualTo(StepState.READY);
        lapsedBy("w2");
        // Nobody ends its wait before it is looked at.
        orchestrator.close();
        reclaimer.runOnce();
        StepField waiting = runs.step(run, "only");
        assertThat(waiting.state()).isEqualTo(StepState.WAITING_FOR_RETRY);
        assertThat(waiting.crashed()).isTrue();
        assertThat(waiting.ledgers().crashes()).isEqualTo(2);
        orchestrator = orchestrator();
        await().until(() -> runs.step(run, "only").state() == StepState.READY);
        assertThat(runs.take("w3", "work")).isEmpty();
        assertThat(runs.take("w3", "work:solo")).hasSize(1);
        assertThat(redis.commands().smembers(runs.keys().queues())).contains("work:solo");
    }

    @Test
    void a_suspect_whose_entry_is_lost_is_published_to_the_queue_for_suspects_again(
            TestRedis redis) {
        RunId run = started();
        suspectAfter("w1", "w2");
        redis.commands().xtrim(runs.keys().queue("work:solo"), 0);
        redis.commands().del(runs.keys().queues());
        await().until(() -> !runs.take("w3", "work:solo").isEmpty());
        assertThat(runs.step(run, "only").ledgers().redeliveries()).isEqualTo(1);
        await().until(() -> redis.commands().smembers(runs.keys().queues()).contains("work:solo"));
    }

    private void suspectAfter(String... workers) {
        for (String worker : workers) {
            lapsedBy(worker);
            reclaimer.runOnce();
        }
        await().until(() -> redisHas("work:solo"));
    }

    private boolean redisHas(String queue) {
        return runs.redis()
                        .commands()
                        .xlen(Bytes.of(runs.keys().queue(queue)))
                        .toCompletableFuture()
                        .join()
                == 1;
    }

    @Test
    @DisplayName("S2-067: orphan_with_exhausted_retries_fails")
    void the_third_crash_makes_a_dead_letter_that_names_the_workers(TestRedis redis) {
        RunId run = started();
        suspectAfter("w1", "w2");
        runs.age(runs.take("w3", "work:solo").getFirst(), "w3", LAPSED);
        reclaimer.runOnce();
        assertThat(runs.step(run, "only").state()).isEqualTo(StepState.DEAD);
        await().until(() -> runs.state(run).orElseThrow() == RunState.FAILED);
        var letters = redis.commands().xrange(runs.keys().deadLetters(), Range.unbounded());
        assertThat(letters).hasSize(1);
        DeadLetter letter = Json.read(letters.getFirst().getBody().get("d"), DeadLetter.class);
        assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.CRASH_LOOP);
        assertThat(letter.id()).isEqualTo(run + "/only");
        assertThat(letter.workflow()).isEqualTo("single");
        assertThat(letter.handler()).isEqualTo("work");
        assertThat(letter.crashes()).isEqualTo(3);
        assertThat(letter.error().message()).contains("w1, w2, w3");
    }

    @Test
    void a_definition_and_a_history_that_cannot_be_read_keep_no_letter_from_being_written(
            TestRedis redis) {
        RunId run = started();
        suspectAfter("w1", "w2");
        redis.commands()
                .hset(runs.keys().workflow(PlayedRuns.SINGLE.hash()), "json", "{\"garbled\":");
        redis.commands().rpush(runs.keys().history(run), "garbled");
        // One that has not read the definition before.
        reclaimer = reclaimer();
        runs.age(runs.take("w3", "work:solo").getFirst(), "w3", LAPSED);
        reclaimer.runOnce();
        assertThat(runs.step(run, "only").state()).isEqualTo(StepState.DEAD);
    }

    @Test
    void an_entry_without_a_body_is_dropped(TestRedis redis) {
        RunId run = started();
        Taken taken = lapsedBy("w");
        redis.commands().xdel(runs.keys().queue("work"), taken.entryId());
        reclaimer.runOnce();
        await().until(() -> takeAny("w2") != null);
        assertThat(kinds(run)).containsExactly("REPUBLISHED");
        assertThat(runs.step(run, "only").ledgers().crashes()).isZero();
    }

    private Taken takeAny(String worker) {
        return runs.take(worker, "work").stream().findFirst().orElse(null);
    }

    @SuppressWarnings("unchecked") // Lettuce takes a generic array.
    @Test
    void entries_of_gone_and_closed_runs_and_nonsense_are_dropped(TestRedis redis) {
        RunId gone = started();
        lapsedBy("w");
        redis.commands().del(runs.keys().run(gone));
        RunId cancelled = started();
        lapsedBy("w");
        new CancelRun(runs.keys(), cancelled, "test", "CANCELLED {}").run(runs.redis().scripts());
        String queue = runs.keys().queue("work");
        String nonsense = redis.commands().xadd(queue, Map.of("d", "nonsense"));
        Consumer<String> worker = Consumer.from("workers", "w");
        redis.commands()
                .xreadgroup(worker, io.lettuce.core.XReadArgs.StreamOffset.lastConsumed(queue));
        redis.commands()
                .xclaim(
                        queue,
                        worker,
                        new io.lettuce.core.XClaimArgs().minIdleTime(0).idle(LAPSED).justid(),
                        nonsense);
        reclaimer.runOnce();
        assertThat(redis.commands().xlen(queue)).isZero();
        assertThat(redis.commands().xpending(queue, "workers").getCount()).isZero();
    }

    @Test
    void more_than_a_page_of_lapsed_entries_is_taken_back() {
        for (int i = 0; i < 150; i++) {
            runs.submit(PlayedRuns.SINGLE);
        }
        var taken = new java.util.ArrayList<Taken>();
        await().until(() ->
                taken.addAll(runs.take("w", "work")) && taken.size() == 150 || taken.size() == 150);
        taken.forEach(t -> runs.age(t, "w", LAPSED));
        reclaimer.runOnce();
        assertThat(taken)
                .allMatch(t -> runs.step(t.entry().run(), "only").ledgers().crashes() == 1);
    }

    @Test
    void after_a_gap_every_lease_gets_its_full_time_again(TestRedis redis) {
        RunId run = started();
        lapsedBy("w");
        redis.commands().hset(runs.keys().reaper(), "tick", "1");
        reclaimer.runOnce();
        reclaimer.runOnce();
        assertThat(runs.step(run, "only").ledgers().crashes()).isZero();
        endGrace(redis);
        reclaimer.runOnce();
        assertThat(runs.step(run, "only").ledgers().crashes()).isEqualTo(1);
    }

    @Test
    void a_worker_silent_for_long_is_forgotten_once_it_holds_nothing(TestRedis redis) {
        started();
        lapsedBy("ghost");
        redis.commands().zadd(runs.keys().workerBeats(), 1, "ghost");
        redis.commands().hset(runs.keys().workerRecords(), "ghost", "{}");
        SilentWorkers silent =
                new SilentWorkers(
                        runs.redis(),
                        runs.keys(),
                        new KnownQueues(runs.redis(), runs.keys()),
                        CONFIG.forgetAfter());
        silent.runOnce();
        assertThat(redis.commands().zscore(runs.keys().workerBeats(), "ghost")).isNotNull();
        reclaimer.runOnce();
        silent.runOnce();
        assertThat(redis.commands().zscore(runs.keys().workerBeats(), "ghost")).isNull();
        assertThat(redis.commands().hlen(runs.keys().workerRecords())).isZero();
        assertThat(redis.commands().xinfoConsumers(runs.keys().queue("work"), "workers")).isEmpty();
    }

    @Test
    void a_worker_that_died_before_its_first_heartbeat_is_forgotten(TestRedis redis) {
        new RegisterWorker(runs.keys().in(0), "stillborn", Bytes.of("{}"), 1, List.of("work"))
                .run(runs.redis().scripts());
        SilentWorkers silent =
                new SilentWorkers(
                        runs.redis(),
                        runs.keys().in(0),
                        new KnownQueues(runs.redis(), runs.keys().in(0)),
                        Duration.ofMillis(-1));
        silent.runOnce();
        assertThat(redis.commands().zcard(runs.keys().in(0).workerBeats())).isZero();
        assertThat(redis.commands().hlen(runs.keys().in(0).workerRecords())).isZero();
    }

    @Test
    void a_reaper_shows_that_it_lives_and_leaves_no_trace_of_itself(TestRedis redis) {
        try (Reaper one = Reaper.start(runs.redis(), runs.namespace(), CONFIG);
                Reaper two = Reaper.start(runs.redis(), runs.namespace(), CONFIG)) {
            await().until(() ->
                    redis.commands()
                            .zrange(runs.keys().roleBeats(), 0, -1)
                            .containsAll(List.of(one.id(), two.id(), orchestrator.id())));
        }
        assertThat(redis.commands().zrange(runs.keys().roleBeats(), 0, -1))
                .containsExactly(orchestrator.id());
    }

    @Test
    @DisplayName("R10: a reaper is refused whose lease is too short for workers that are alive")
    void a_lease_too_short_for_living_workers_is_refused(TestRedis redis) {
        String record = "{\"heartbeat_ms\":10000}";
        redis.commands().hset(runs.keys().workerRecords(), "w7", record);
        redis.commands().zadd(runs.keys().workerBeats(), RedisTime.millis(runs.redis()), "w7");
        assertThatThrownBy(() -> Reaper.start(runs.redis(), runs.namespace(), CONFIG))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("worker w7")
                .hasMessageContaining("10000 ms = 30000 ms, found 25000 ms");
    }

    @Test
    void a_worker_whose_record_cannot_be_read_keeps_no_reaper_from_starting(TestRedis redis) {
        redis.commands().hset(runs.keys().workerRecords(), "w7", "{oops");
        redis.commands().zadd(runs.keys().workerBeats(), RedisTime.millis(runs.redis()), "w7");
        try (Reaper started = Reaper.start(runs.redis(), runs.namespace(), CONFIG)) {
            assertThat(started.id()).isNotEmpty();
            assertThat(new Fleet(runs.redis(), runs.namespace()).workers())
                    .singleElement()
                    .satisfies(worker -> assertThat(worker.id()).isEqualTo("w7"));
        }
    }

    @Test
    @DisplayName("R10: settings that contradict each other are refused at start")
    void settings_that_contradict_each_other_are_refused() {
        Duration lease = Duration.ofSeconds(24);
        Duration heartbeat = Duration.ofSeconds(8);
        assertThatThrownBy(() -> CONFIG.timed(lease, heartbeat, Duration.ofSeconds(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "lease must be longer than three heartbeats of 8000 ms = 24000 ms,"
                                + " found 24000 ms");
        assertThatThrownBy(() -> CONFIG.timed(Duration.ofSeconds(5), Duration.ofSeconds(1), lease))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("look-every must be at most");
        assertThatThrownBy(() -> CONFIG.withCrashBudget(0))
                .hasMessageContaining("crash-budget must be at least 1, found 0");
    }
}
