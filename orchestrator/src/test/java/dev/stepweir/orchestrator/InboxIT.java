package dev.stepweir.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.StepType;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.Consumer;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithRedis
class InboxIT {

    private PlayedRuns runs;

    @BeforeEach
    void connect(TestRedis redis) {
        runs = new PlayedRuns(redis, 2);
    }

    @AfterEach
    void disconnect() {
        runs.close();
    }

    private Orchestrator start() {
        return Orchestrator.start(runs.redis(), runs.namespace(), OrchestratorConfig.DEFAULTS);
    }

    @Test
    void a_run_submitted_before_the_first_orchestrator_is_started(TestRedis redis) {
        RunId run = runs.submit(PlayedRuns.FORK);
        try (Orchestrator orchestrator = start()) {
            await().until(() -> runs.state(run).orElseThrow() == RunState.RUNNING);
            assertThat(runs.step(run, "first").state()).isEqualTo(StepState.READY);
            assertThat(runs.step(run, "left").state()).isEqualTo(StepState.PENDING);
            Keys keys = runs.namespace().keys(run);
            assertThat(redis.commands().smembers(keys.queues()))
                    .containsExactlyInAnyOrder("work", "other");
            assertThat(runs.take(keys, "w", "work")).hasSize(1);
            assertThat(runs.take(keys, "w", "other")).isEmpty();
            await().until(() -> redis.commands().xlen(keys.inbox()) == 0);
            assertThat(orchestrator.id()).startsWith("orchestrator-");
            for (Keys each : runs.namespace().all()) {
                await().until(() -> redis.commands().exists(each.inbox()) == 1);
            }
        }
        for (Keys keys : runs.namespace().all()) {
            assertThat(redis.commands().xinfoConsumers(keys.inbox(), Keys.ORCHESTRATOR_GROUP))
                    .isEmpty();
        }
    }

    @Test
    void two_orchestrators_start_each_of_many_runs_once(TestRedis redis) {
        try (Orchestrator one = start();
                Orchestrator two = start()) {
            assertThat(one.id()).isNotEqualTo(two.id());
            Set<RunId> submitted = new HashSet<>();
            for (int i = 0; i < 200; i++) {
                submitted.add(runs.submit(PlayedRuns.SINGLE));
            }
            await().until(() ->
                    submitted.stream().allMatch(r -> runs.step(r, "only").dispatch().isPresent()));
            List<RunId> published = new ArrayList<>();
            for (Keys keys : runs.namespace().all()) {
                Stream.generate(() -> runs.take(keys, "w", "work"))
                        .takeWhile(page -> !page.isEmpty())
                        .flatMap(List::stream)
                        .forEach(taken -> published.add(taken.entry().run()));
            }
            assertThat(published).containsExactlyInAnyOrderElementsOf(submitted);
        }
    }

    @Test
    void a_workflow_that_cannot_be_run_is_refused_with_the_reason() {
        Workflow unsupported =
                Workflow.builder("u")
                        .step("s", s -> s.handler("h").type(StepType.BATCHABLE))
                        .build();
        RunId run = runs.submit(unsupported);
        try (Orchestrator orchestrator = start()) {
            await().until(() -> runs.state(run).orElseThrow() == RunState.FAILED);
            assertThat(why(run)).contains("steps[0].type", "is not executed by this version");
            assertThat(orchestrator.id()).isNotEmpty();
        }
    }

    @Test
    void a_definition_that_is_gone_or_garbled_refuses_its_run_and_no_other(TestRedis redis) {
        RunId gone = runs.submit(PlayedRuns.SINGLE);
        redis.commands().del(runs.namespace().keys(gone).workflow(PlayedRuns.SINGLE.hash()));
        RunId garbled = runs.submit(PlayedRuns.FORK);
        redis.commands()
                .hset(
                        runs.namespace().keys(garbled).workflow(PlayedRuns.FORK.hash()),
                        "json",
                        "{\"name\":");
        Workflow good = Workflow.builder("good").step("s", s -> s.handler("work")).build();
        RunId fine = runs.submit(good);
        try (Orchestrator orchestrator = start()) {
            await().until(() ->
                    runs.state(gone).orElseThrow() == RunState.FAILED
                            && runs.state(garbled).orElseThrow() == RunState.FAILED
                            && runs.state(fine).orElseThrow() == RunState.RUNNING);
            assertThat(why(gone)).contains("is not stored");
            assertThat(why(garbled)).contains("cannot be read");
            assertThat(orchestrator.id()).isNotEmpty();
        }
    }

    @Test
    void a_queue_whose_key_holds_something_else_keeps_no_other_run_waiting(TestRedis redis) {
        for (Keys keys : runs.namespace().all()) {
            redis.commands().set(keys.queue("other"), "no stream");
        }
        RunId stuck = runs.submit(PlayedRuns.FORK);
        List<RunId> fine = Stream.generate(() -> runs.submit(PlayedRuns.SINGLE)).limit(8).toList();
        try (Orchestrator orchestrator = start()) {
            await().until(() ->
                    fine.stream()
                            .allMatch(run -> runs.state(run).orElseThrow() == RunState.RUNNING));
            RunId later = runs.submit(PlayedRuns.SINGLE);
            await().until(() -> runs.state(later).orElseThrow() == RunState.RUNNING);
            assertThat(runs.state(stuck)).contains(RunState.SUBMITTED);
            for (Keys keys : runs.namespace().all()) {
                redis.commands().del(keys.queue("other"));
            }
            await().until(() -> runs.state(stuck).orElseThrow() == RunState.RUNNING);
            assertThat(orchestrator.id()).isNotEmpty();
        }
    }

    @Test
    void a_workflow_without_steps_completes_at_once() {
        RunId run = runs.submit(Workflow.builder("empty").build());
        try (Orchestrator orchestrator = start()) {
            await().until(() -> runs.state(run).orElseThrow() == RunState.COMPLETED);
            assertThat(orchestrator.id()).isNotEmpty();
        }
    }

    @SuppressWarnings("unchecked") // Lettuce takes a generic array.
    @Test
    void entries_that_a_dead_orchestrator_took_are_done_by_another(TestRedis redis) {
        RunId run = runs.submit(PlayedRuns.SINGLE);
        Keys keys = runs.namespace().keys(run);
        redis.commands()
                .xgroupCreate(
                        StreamOffset.from(keys.inbox(), "0"),
                        Keys.ORCHESTRATOR_GROUP,
                        XGroupCreateArgs.Builder.mkstream());
        Consumer<String> dead = Consumer.from(Keys.ORCHESTRATOR_GROUP, "dead");
        var taken =
                redis.commands()
                        .xreadgroup(
                                dead,
                                XReadArgs.Builder.count(10),
                                StreamOffset.lastConsumed(keys.inbox()));
        assertThat(taken).hasSize(1);
        redis.commands()
                .xclaim(
                        keys.inbox(),
                        dead,
                        new io.lettuce.core.XClaimArgs()
                                .minIdleTime(0)
                                .idle(Duration.ofMinutes(1))
                                .justid(),
                        taken.getFirst().getId());
        try (Orchestrator orchestrator = start()) {
            await().until(() -> runs.state(run).orElseThrow() == RunState.RUNNING);
            await().until(() -> redis.commands().xlen(keys.inbox()) == 0);
            assertThat(orchestrator.id()).isNotEmpty();
        }
    }

    @Test
    void a_dead_step_that_blocks_its_run_fails_it() {
        RunId run = runs.submit(PlayedRuns.FORK);
        Keys keys = runs.namespace().keys(run);
        try (Orchestrator orchestrator = start()) {
            await().until(() -> runs.state(run).orElseThrow() == RunState.RUNNING);
            runs.bury(runs.take(keys, "w", "work").getFirst());
            await().until(() -> runs.state(run).orElseThrow() == RunState.FAILED);
            assertThat(why(run)).isEqualTo("blocked_by_failures");
            assertThat(orchestrator.id()).isNotEmpty();
        }
    }

    @Test
    void a_deleted_inbox_and_nonsense_in_it_stop_nobody(TestRedis redis) {
        try (Orchestrator orchestrator = start()) {
            RunId first = runs.submit(PlayedRuns.SINGLE);
            await().until(() -> runs.state(first).orElseThrow() == RunState.RUNNING);
            for (Keys keys : runs.namespace().all()) {
                redis.commands().del(keys.inbox());
                redis.commands().xadd(keys.inbox(), Map.of("start", "nonsense"));
                redis.commands().xadd(keys.inbox(), Map.of("dance", first.text()));
            }
            RunId second = runs.submit(PlayedRuns.SINGLE);
            await().until(() -> runs.state(second).orElseThrow() == RunState.RUNNING);
            assertThat(orchestrator.id()).isNotEmpty();
        }
    }

    @Test
    void runs_that_cannot_be_read_do_not_keep_the_rest_of_a_batch_waiting(TestRedis redis) {
        Workflow again =
                Workflow.builder("again")
                        .step("first", s -> s.handler("work"))
                        .retry(r -> r.maxAttempts(3))
                        .build();
        RunId headless = runs.submit(PlayedRuns.SINGLE);
        RunId unclear = beside(headless, again);
        RunId fine = beside(headless, PlayedRuns.SINGLE);
        Keys keys = runs.namespace().keys(fine);
        redis.commands().hset(keys.run(headless), "head", "RUNNING");
        redis.commands().hset(keys.run(unclear), "head", "RUNNING " + again.hash());
        redis.commands().hset(keys.run(unclear), RunRetry.WAITS_FOR, "soon");
        redis.commands().xadd(keys.inbox(), Map.of("settle", unclear.text()));
        try (Orchestrator orchestrator = start()) {
            await().until(() -> runs.state(fine).orElseThrow() == RunState.RUNNING);
            await().until(() -> redis.commands().xlen(keys.inbox()) == 0);
            assertThat(orchestrator.id()).isNotEmpty();
        }
    }

    /** A run of the same partition. */
    private RunId beside(RunId other, Workflow workflow) {
        return Stream.generate(() -> runs.submit(workflow))
                .filter(run -> run.partition() == other.partition())
                .findFirst()
                .orElseThrow();
    }

    private String why(RunId run) {
        return runs.store()
                .fields(runs.namespace().keys(run), run, List.of("why"))
                .getOrDefault("why", "");
    }
}
