package dev.stepweir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Connected;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.StartRun;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.KillArgs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchesIT extends Connected {

    private Watches watches;
    private RunId run;

    @BeforeEach
    void submit() {
        watches = new Watches(redis, namespace);
        try (StepweirClient client = StepweirClient.over(redis, namespace)) {
            run = client.submit(Workflow.builder("nothing").build(), null).id();
        }
    }

    @AfterEach
    void close() {
        watches.close();
    }

    @Test
    void who_gives_up_waiting_leaves_nothing_behind() {
        for (int i = 0; i < 3; i++) {
            assertThat(watches.completion(run)).isNotDone();
            watches.unwatch(run);
        }
        assertThat(watches.size()).isZero();
        watches.unwatch(run);
    }

    @Test
    void others_who_wait_for_the_same_run_are_still_told() throws Exception {
        CompletableFuture<RunResult> patient = watches.completion(run);
        CompletableFuture<RunResult> impatient = watches.completion(run);
        watches.unwatch(run);
        assertThat(watches.size()).isOne();

        assertThat(finish()).isEqualTo(StartRun.Outcome.COMPLETED);

        assertThat(patient.get(10, TimeUnit.SECONDS).id()).isEqualTo(run);
        assertThat(impatient.get(10, TimeUnit.SECONDS).id()).isEqualTo(run);
        assertThat(watches.size()).isZero();
    }

    @Test
    void a_submit_that_fails_is_not_waited_for() throws Exception {
        watches.expect(run).get(10, TimeUnit.SECONDS);
        watches.forget(run);
        assertThat(watches.size()).isZero();
        RunId nobody = namespace.newRunId();
        assertThatThrownBy(() -> watches.completion(nobody).get(10, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(UnknownRunException.class);
        assertThat(watches.size()).isZero();
    }

    @Test
    void runs_that_closed_unheard_are_learned_of_however_many() throws Exception {
        List<RunId> runs = new ArrayList<>();
        List<CompletableFuture<RunResult>> told = new ArrayList<>();
        // In each of two partitions more than one round of checks asks about.
        for (int i = 0; i < 4_500; i++) {
            RunId one = namespace.newRunId();
            RedisFutures.join(stored(one, RunState.RUNNING));
            runs.add(one);
            told.add(watches.completion(one));
        }
        await().until(() -> runs.stream().allMatch(this::isWatched));
        runs.stream()
                .map(one -> stored(one, RunState.CANCELLED))
                .toList()
                .forEach(RedisFutures::join);

        server.commands().clientKill(KillArgs.Builder.typePubsub());

        for (CompletableFuture<RunResult> one : told) {
            assertThat(one.get(30, TimeUnit.SECONDS).state()).isEqualTo(RunState.CANCELLED);
        }
        assertThat(watches.size()).isZero();
    }

    /** As Redis keeps a run of which only the state matters. */
    private CompletableFuture<?> stored(RunId id, RunState state) {
        byte[] head = Bytes.of(state + " hash");
        return redis.commands()
                .hset(Bytes.of(namespace.keys(id).run(id)), Bytes.of("head"), head)
                .toCompletableFuture();
    }

    private boolean isWatched(RunId id) {
        return server.commands().hexists(namespace.keys(id).run(id), "watch");
    }

    private StartRun.Outcome finish() {
        return new StartRun(namespace.keys(run), run, "", List.of(), List.of())
                .run(redis.scripts());
    }
}
