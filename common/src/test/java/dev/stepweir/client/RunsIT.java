package dev.stepweir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.failure.Classification;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.json.Json;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunFilter;
import dev.stepweir.operator.RunProgress;
import dev.stepweir.operator.RunSummary;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.Runs;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.operator.fleet.QueueView;
import dev.stepweir.operator.letters.DeadLetters;
import dev.stepweir.redis.Connected;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.script.CancelRun;
import dev.stepweir.redis.script.FailStep;
import dev.stepweir.redis.script.PurgeRun;
import dev.stepweir.redis.script.RedriveStep;
import dev.stepweir.redis.script.StartRun;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepError;
import dev.stepweir.run.StepField;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.Consumer;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunsIT extends Connected {

    private static final Classification OOPS =
            Classification.of(FailureCategory.UNKNOWN, "UNKNOWN_ERROR", "", 0);

    private static final Workflow PAIR =
            Workflow.builder("pair")
                    .step("first", step -> step.handler("work"))
                    .step("second", step -> step.handler("work").after("first"))
                    .build();

    private StepweirClient client;

    @BeforeEach
    void open() {
        client = StepweirClient.over(redis, namespace);
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void a_run_is_shown_with_its_steps_in_the_order_of_the_definition() {
        RunId run = started();

        RunView view = client.show(run).orElseThrow();

        assertThat(view.state()).isEqualTo(RunState.RUNNING);
        assertThat(view.workflow()).isEqualTo("pair");
        assertThat(view.input()).isEqualTo(Json.tree("{\"n\":7}"));
        assertThat(view.started()).isPresent();
        assertThat(view.steps()).extracting(StepView::name).containsExactly("first", "second");
        assertThat(view.steps())
                .extracting(StepView::state)
                .containsExactly(StepStatus.READY, StepStatus.PENDING);
        assertThat(view.steps()).extracting(StepView::attempt).containsExactly(1, 0);
    }

    @Test
    void a_step_whose_entry_a_worker_holds_is_running() {
        RunId run = started();
        take(run, "w1");

        StepView first = client.show(run).orElseThrow().steps().getFirst();

        assertThat(first.state()).isEqualTo(StepStatus.RUNNING);
        assertThat(first.worker()).hasValue("w1");
        assertThat(client.fleet().queues())
                .containsExactly(new QueueView("work", 0, 1, 1, Optional.empty()));
    }

    @Test
    void how_far_a_run_has_got_is_told_without_its_values() {
        RunId run = client.submit(PAIR, Map.of("text", "x".repeat(10_000))).id();
        start(run);
        String gets = commandsOfKind("get");

        assertThat(client.runs().progress(run))
                .contains(new RunProgress(RunState.RUNNING, 2, Map.of(StepState.READY, 1)));
        assertThat(commandsOfKind("get")).isEqualTo(gets);
        assertThat(client.show(run).orElseThrow().input().path("text").asString()).hasSize(10_000);
        assertThat(commandsOfKind("get")).isNotEqualTo(gets);

        fail(run, new FailStep.Decision.GiveUp(Json.text(letter(run))), 0);
        assertThat(client.runs().progress(run).orElseThrow().in(StepState.DEAD)).isOne();
        assertThat(client.runs().progress(namespace.newRunId())).isEmpty();
    }

    /** What the server has counted of a command. */
    private String commandsOfKind(String command) {
        return server.commands()
                .info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_" + command + ":"))
                .findFirst()
                .orElse("");
    }

    @Test
    void what_nobody_took_waits_in_its_queue() {
        started();
        started();
        assertThat(client.fleet().queues())
                .containsExactly(new QueueView("work", 2, 0, 0, Optional.empty()));
    }

    @Test
    void a_failed_step_is_shown_with_its_error_and_its_next_attempt() {
        RunId run = started();
        fail(run, new FailStep.Decision.RetryAfter(Duration.ofSeconds(60)), 60_000);

        StepView first = client.show(run).orElseThrow().steps().getFirst();

        assertThat(first.state()).isEqualTo(StepStatus.WAITING_FOR_RETRY);
        assertThat(first.nextRetryAt()).isPresent();
        assertThat(first.attempt()).isEqualTo(1);
        assertThat(first.error()).hasValueSatisfying(e -> assertThat(e.message()).isEqualTo("no"));
        assertThat(client.runs().history(run))
                .filteredOn(entry -> entry.step().isPresent())
                .extracting(HistoryEntry::state)
                .containsExactly("READY", "RUNNING", "WAITING_FOR_RETRY");
    }

    @Test
    void a_dead_step_is_a_letter_until_somebody_puts_it_back() {
        RunId run = started();
        fail(run, new FailStep.Decision.GiveUp(Json.text(letter(run))), 0);
        String id = run + "/first";

        assertThat(client.deadLetters().list(10))
                .extracting(view -> view.letter().id())
                .containsExactly(id);
        assertThat(client.deadLetters().show(id)).isPresent();
        assertThat(client.deadLetters().count()).isEqualTo(1);

        DeadLetters letters = client.deadLetters();
        assertThat(letters.redrive(id, "ann", "fixed")).isEqualTo(RedriveStep.Outcome.PUBLISHED);
        assertThat(letters.redrive(id, "ann", "")).isEqualTo(RedriveStep.Outcome.ALREADY);
        assertThat(letters.redrive(run + "/third", "ann", "")).isEqualTo(RedriveStep.Outcome.GONE);
        assertThat(client.show(run).orElseThrow().steps().getFirst().state())
                .isEqualTo(StepStatus.READY);
        assertThat(client.runs().history(run))
                .extracting(HistoryEntry::event)
                .containsSequence("FAILED", "REDRIVEN", "PUBLISHED");
    }

    @Test
    void an_id_that_is_none_is_refused() {
        assertThatThrownBy(() -> client.deadLetters().show("nonsense"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("<run>/<step>");
    }

    @Test
    void a_cancelled_run_says_why_and_can_be_purged() {
        RunId run = started();

        assertThat(client.runs().purge(run)).isEqualTo(PurgeRun.Outcome.OPEN);
        assertThat(client.runs().cancel(run, "ann", "enough"))
                .isEqualTo(CancelRun.Outcome.CANCELLED);
        assertThat(client.runs().cancel(run, "bob", "")).isEqualTo(CancelRun.Outcome.ALREADY);

        RunView view = client.show(run).orElseThrow();
        assertThat(view.state()).isEqualTo(RunState.CANCELLED);
        assertThat(view.why()).hasValue("cancelled by ann: enough");
        assertThat(view.steps()).extracting(StepView::state).containsOnly(StepStatus.CANCELLED);
        assertThat(client.runs().history(run).getLast().state()).isEqualTo("CANCELLED");

        assertThat(client.runs().purge(run)).isEqualTo(PurgeRun.Outcome.PURGED);
        assertThat(client.show(run)).isEmpty();
        assertThat(server.commands().keys(server.keyPrefix() + "*run:*")).isEmpty();
        assertThat(server.commands().xlen(namespace.keys(run).queue("work"))).isZero();
        assertThat(client.runs().cancel(run, "ann", "")).isEqualTo(CancelRun.Outcome.GONE);
    }

    @Test
    void a_cancelled_run_is_removed_whatever_became_of_its_queue_and_its_definition() {
        RunId foreign = started();
        String queue = namespace.keys(foreign).queue("work");
        client.runs().cancel(foreign, "ann", "");
        server.commands().set(queue, "no stream");
        assertThat(client.runs().purge(foreign)).isEqualTo(PurgeRun.Outcome.PURGED);
        server.commands().del(queue);

        RunId lost = started();
        client.runs().cancel(lost, "ann", "");
        server.commands().hset(namespace.keys(lost).workflow(PAIR.hash()), "json", "{");
        try (StepweirClient other = StepweirClient.over(redis, namespace)) {
            assertThat(other.runs().purge(lost)).isEqualTo(PurgeRun.Outcome.PURGED);
        }
    }

    @Test
    void a_run_whose_head_was_garbled_can_be_cancelled_listed_and_purged() {
        RunId run = started();
        server.commands().hset(namespace.keys(run).run(run), "head", "RUNNING");

        assertThat(client.runs().cancel(run, "ann", "")).isEqualTo(CancelRun.Outcome.CANCELLED);
        assertThat(client.runs().list(10)).extracting(RunSummary::id).containsExactly(run);
        assertThat(client.runs().purge(run)).isEqualTo(PurgeRun.Outcome.PURGED);
        assertThat(client.runs().list(10)).isEmpty();
    }

    @Test
    void runs_are_listed_by_state_the_latest_first() {
        RunId waiting = client.submit(PAIR, null).id();
        RunId running = started();
        RunId cancelled = started();
        client.runs().cancel(cancelled, "ann", "");

        Runs runs = client.runs();
        assertThat(runs.list(RunFilter.ALL.inStates(Set.of(RunState.SUBMITTED)), 10))
                .extracting(RunSummary::id)
                .containsExactly(waiting);
        assertThat(runs.list(RunFilter.ALL.inStates(Set.of(RunState.RUNNING)), 1))
                .extracting(RunSummary::id)
                .containsExactly(running);
        assertThat(runs.list(10))
                .extracting(RunSummary::id)
                .containsExactlyInAnyOrder(cancelled, running, waiting);
        assertThat(runs.list(2)).hasSize(2);
    }

    private RunId started() {
        RunId run = client.submit(PAIR, Map.of("n", 7)).id();
        start(run);
        return run;
    }

    private void start(RunId run) {
        StartRun start =
                new StartRun(
                        namespace.keys(run),
                        run,
                        "",
                        List.of("work"),
                        List.of(new StartRun.Root("first", "work")));
        assertThat(start.run(redis.scripts())).isEqualTo(StartRun.Outcome.STARTED);
    }

    @SuppressWarnings("unchecked") // an array of the library's own making
    private void take(RunId run, String worker) {
        String queue = namespace.keys(run).queue("work");
        server.commands()
                .xgroupCreate(
                        XReadArgs.StreamOffset.from(queue, "0"),
                        Keys.WORKER_GROUP,
                        XGroupCreateArgs.Builder.mkstream());
        server.commands()
                .xreadgroup(
                        Consumer.from(Keys.WORKER_GROUP, worker),
                        XReadArgs.StreamOffset.lastConsumed(queue));
    }

    private void fail(RunId run, FailStep.Decision decision, long delayMillis) {
        Keys keys = namespace.keys(run);
        String stored = new RunStore(redis).stepTexts(keys, run, List.of("first")).get("first");
        StepField field = StepField.parse(stored);
        Map<String, Object> details =
                Map.of(
                        "step",
                        "first",
                        "attempt",
                        1,
                        "begun",
                        field.published() + " w1 " + System.currentTimeMillis(),
                        "retry_in_ms",
                        delayMillis);
        StepError error = StepError.ofEngine("Oops", "no", OOPS, 1, "w1");
        FailStep fail =
                new FailStep(
                        keys,
                        "w1",
                        new StepAddress(run, "first", "work"),
                        field.published(),
                        stored,
                        field.ledgers().withFailure(),
                        Json.text(error),
                        decision,
                        HistoryEvent.record(HistoryEvent.FAILED, details));
        assertThat(fail.run(redis.scripts())).isIn(FailStep.Outcome.WAITING, FailStep.Outcome.DEAD);
    }

    private static DeadLetter letter(RunId run) {
        StepError error = StepError.ofEngine("Oops", "no", OOPS, 3, "w1");
        return new DeadLetter(
                run + "/first",
                run.text(),
                "pair",
                "first",
                "work",
                DeadLetter.Reason.ATTEMPTS_EXHAUSTED,
                error,
                3,
                3,
                0,
                Map.of("url", "x"),
                "1@1-0");
    }
}
