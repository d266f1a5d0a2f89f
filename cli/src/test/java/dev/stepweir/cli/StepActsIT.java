package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What a person does to steps by hand. */
@WithRedis
class StepActsIT {

    private static final Workflow PAIR =
            Workflow.builder("pair")
                    .step(
                            "count",
                            s -> s.handler("count").backoff(Backoff.FIXED, Duration.ofMinutes(5)))
                    .step("report", s -> s.handler("report").after("count"))
                    .build();

    private static final Workflow BLOCKED =
            Workflow.builder("blocked")
                    .step("stuck", s -> s.handler("stuck"))
                    .step("report", s -> s.handler("report").after("stuck"))
                    .build();

    private static final Workflow SLOW =
            Workflow.builder("slow")
                    .step(
                            "count",
                            s ->
                                    s.handler("count")
                                            .maxAttempts(3)
                                            .backoff(Backoff.FIXED, Duration.ofMinutes(5)))
                    .build();

    private final AtomicInteger cursors = new AtomicInteger();
    private final List<String> reported = new CopyOnWriteArrayList<>();
    private final Semaphore begun = new Semaphore(0);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean broken = true;

    private Stack stack;
    private Terminal terminal;

    @BeforeEach
    void start(TestRedis server) {
        Handlers handlers =
                new Handlers()
                        .add(
                                "count",
                                (input, context) -> {
                                    int cursor =
                                            context.once(
                                                    "cursor",
                                                    Integer.class,
                                                    cursors::incrementAndGet);
                                    if (broken) {
                                        throw new IllegalStateException("at " + cursor);
                                    }
                                    return cursor;
                                })
                        .add(
                                "stuck",
                                (input, context) -> {
                                    begun.release();
                                    awaitDeafly(mayEnd);
                                    ended.countDown();
                                    return "by the worker";
                                })
                        .add(
                                "report",
                                (input, context) -> {
                                    reported.add(String.valueOf(input));
                                    return input;
                                });
        stack = Stack.start(server, handlers);
        terminal = Terminal.on(server);
    }

    @AfterEach
    void stop() {
        mayEnd.countDown();
        stack.close();
    }

    /** As a handler that does not heed its interrupt. */
    private static void awaitDeafly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException unheard) {
                // Goes on.
            }
        }
    }

    private Result act(String verb, RunId run, String step, String... options) {
        List<String> all = new ArrayList<>(List.of("steps", verb, run.text(), step));
        all.addAll(List.of("--by", "ada", "--reason", "because"));
        all.addAll(List.of(options));
        return terminal.execute(all.toArray(String[]::new));
    }

    private RunId blocked() throws InterruptedException {
        RunId run = stack.client().submit(BLOCKED, 1).id();
        assertThat(begun.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        return run;
    }

    private StepView step(RunId run, String name) {
        return stack.client().show(run).orElseThrow().steps().stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private List<String> events(RunId run) {
        return stack.client().runs().history(run).stream().map(HistoryEntry::event).toList();
    }

    @Test
    @DisplayName("S0-15 test_reset_for_retry_preserves_results: of a step that is dead")
    void what_a_dead_step_has_kept_is_there_after_its_reset() throws Exception {
        RunId run = dead();
        broken = false;

        assertThat(act("reset-for-retry", run, "count").err()).contains("DEAD -> READY");

        RunView view = stack.await(run);
        assertThat(view.state()).isEqualTo(RunState.COMPLETED);
        assertThat(reported).containsExactly("1");
        assertThat(cursors).as("what was done before is not done again").hasValue(1);
    }

    @Test
    @DisplayName("S0-15 test_reset_for_retry_preserves_results: of a step that waits")
    void a_step_that_waits_is_tried_at_once_with_what_it_has_kept() throws Exception {
        RunId run = stack.client().submit(SLOW, 1).id();
        await().until(() -> step(run, "count").state() == StepStatus.WAITING_FOR_RETRY);
        broken = false;

        Result reset = act("reset-for-retry", run, "count", "--json");

        assertThat(reset.json().path("from").asString()).isEqualTo("WAITING_FOR_RETRY");
        assertThat(reset.json().path("to").asString()).isEqualTo("READY");
        RunView view = stack.await(run);
        assertThat(view.state()).isEqualTo(RunState.COMPLETED);
        assertThat(view.output().asInt()).isEqualTo(1);
        assertThat(cursors).as("what was done before is not done again").hasValue(1);
        assertThat(step(run, "count").attempt()).as("never repeats").isEqualTo(2);
        assertThat(events(run)).contains("RESET");
    }

    @Test
    @DisplayName("S0-U5 complete-manually: the next step sees the manual result")
    void a_result_given_by_hand_flows_on_and_the_workers_own_is_refused() throws Exception {
        RunId run = blocked();

        Result completed = act("complete", run, "stuck", "--result", "{\"total\": 7}", "--json");
        assertThat(completed.json().path("from").asString()).isEqualTo("READY");
        mayEnd.countDown();
        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();

        RunView view = stack.await(run);
        assertThat(view.state()).isEqualTo(RunState.COMPLETED);
        assertThat(view.output().path("total").asInt()).isEqualTo(7);
        assertThat(reported).containsExactly("{\"total\":7}");
        assertThat(step(run, "stuck").output().path("total").asInt()).isEqualTo(7);
        Result history = terminal.execute("runs", "history", run.text());
        assertThat(history.out()).contains("COMPLETED_BY_HAND", "by=ada", "because");
        // The worker may have beaten meanwhile, and noted that its own result came too late.
        List<String> untimed = new ArrayList<>(events(run));
        untimed.removeAll(List.of("LATE_RESULT", "BEGUN"));
        assertThat(untimed)
                .containsExactly(
                        "SUBMITTED",
                        "STARTED",
                        "PUBLISHED",
                        "COMPLETED_BY_HAND",
                        "PUBLISHED",
                        "SUCCEEDED",
                        "COMPLETED");
    }

    @Test
    void who_executed_a_step_that_is_taken_away_is_not_forgotten(TestRedis server)
            throws Exception {
        RunId run = blocked();
        String key = stack.namespace().keys(run).run(run);
        String field = server.commands().hget(key, StepFields.state("stuck"));
        String first = StepField.parse(field).published().toString();
        long now = System.currentTimeMillis();
        server.commands().hset(key, StepFields.begun("stuck"), first + " w-before " + now);

        assertThat(act("reset-for-retry", run, "stuck").code()).isZero();

        assertThat(events(run)).containsSubsequence("PUBLISHED", "BEGUN", "RESET", "PUBLISHED");
        assertThat(terminal.execute("runs", "history", run.text()).out()).contains("w-before");
        mayEnd.countDown();
        stack.await(run);
    }

    @Test
    @DisplayName("S0-U5 resolve-manually: it counts as succeeded")
    void a_dead_step_that_was_dealt_with_elsewhere_lets_its_run_go_on() throws Exception {
        RunId run = dead();

        assertThat(act("resolve", run, "count").code()).isZero();

        RunView view = stack.await(run);
        assertThat(view.state()).isEqualTo(RunState.COMPLETED);
        assertThat(step(run, "count").state()).isEqualTo(StepStatus.SUCCEEDED);
        assertThat(reported).containsExactly("null");
        assertThat(stack.client().deadLetters().count()).isZero();
    }

    private RunId dead() throws InterruptedException {
        RunId run = stack.client().submit(PAIR, 1).id();
        await().until(() -> step(run, "count").state() == StepStatus.WAITING_FOR_RETRY);
        assertThat(act("force-fail", run, "count").code()).isZero();
        assertThat(stack.await(run).state()).isEqualTo(RunState.FAILED);
        return run;
    }

    @Test
    void a_result_that_is_null_is_one_and_the_history_tells_of_it() throws Exception {
        RunId run = blocked();

        assertThat(act("complete", run, "stuck", "--result", "null").code()).isZero();

        Result history = terminal.execute("runs", "history", run.text(), "--json");
        assertThat(history.out()).contains("COMPLETED_BY_HAND", "\"result\":null");
        assertThat(terminal.execute("steps", "show", run.text(), "stuck").code()).isZero();
    }

    @Test
    void what_waits_for_a_skipped_step_goes_on_without_its_result() throws Exception {
        RunId run = blocked();

        assertThat(act("skip", run, "stuck").err()).contains("READY -> SKIPPED");

        RunView view = stack.await(run);
        assertThat(view.state()).isEqualTo(RunState.COMPLETED);
        assertThat(step(run, "stuck").state()).isEqualTo(StepStatus.SKIPPED);
        assertThat(reported).containsExactly("null");
        assertThat(terminal.execute("explain", run.text(), "stuck").out())
                .contains("an operator skipped it");
    }

    @Test
    void a_step_that_is_given_up_is_a_dead_letter_and_can_be_retried() throws Exception {
        RunId run = dead();

        JsonNode letter = terminal.execute("dlq", "list", "--json").json().get(0);
        assertThat(letter.path("reason").asString()).isEqualTo("FORCED_TO_FAIL");
        assertThat(letter.path("error").path("message").asString())
                .isEqualTo("forced to fail by ada: because");
        assertThat(letter.path("attempts").asInt()).isEqualTo(1);
        broken = false;
        assertThat(terminal.execute("dlq", "retry", run + "/count").code()).isZero();
        assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
    }

    @ParameterizedTest
    @CsvSource({"reset-for-retry", "resolve", "complete", "skip", "force-fail"})
    void only_asked_nothing_changes(String verb) throws Exception {
        RunId run = blocked();
        RunView before = stack.client().show(run).orElseThrow();
        List<String> options = new ArrayList<>(List.of("--dry-run", "--json"));
        if (verb.equals("complete")) {
            options.addAll(List.of("--result", "1"));
        }

        Result dry = act(verb, run, "stuck", options.toArray(String[]::new));

        assertThat(dry.code()).isZero();
        assertThat(dry.json().path("from").asString()).isEqualTo("READY");
        assertThat(dry.json().path("dry_run").asBoolean()).isTrue();
        RunView after = stack.client().show(run).orElseThrow();
        assertThat(after.steps().getFirst().dispatch())
                .isEqualTo(before.steps().getFirst().dispatch());
        assertThat(events(run)).doesNotContain("RESET", "SKIPPED", "FORCED_TO_FAIL");
    }

    @Test
    void what_is_in_the_way_is_said_with_what_would_be_allowed() throws Exception {
        RunId run = blocked();

        Result pending = act("skip", run, "report");
        assertThat(pending.code()).isEqualTo(4);
        assertThat(pending.err())
                .contains("step 'report' of run " + run + " is PENDING; it can be skipped while")
                .contains("DEAD or PARKED or READY or RUNNING or WAITING_FOR_RETRY");
        Result nothing = act("skip", run, "nothing");
        assertThat(nothing.code()).isEqualTo(4);
        assertThat(nothing.err()).contains("has no step 'nothing'", "[stuck, report]");
        assertThat(act("skip", RunId.create(0), "stuck").err()).contains("there is no run");
        Result json = act("complete", run, "stuck", "--result", "{oops");
        assertThat(json.code()).isEqualTo(2);
        assertThat(json.err()).contains("--result is not JSON");
        Result silent = terminal.execute("steps", "skip", run.text(), "stuck");
        assertThat(silent.code()).isEqualTo(2);
        assertThat(silent.err()).contains("Say why: --reason");

        assertThat(act("skip", run, "stuck").code()).isZero();
        var unused = stack.await(run);
        Result late = act("force-fail", run, "stuck");
        assertThat(late.code()).isEqualTo(4);
        assertThat(late.err())
                .contains("run " + run + " is COMPLETED")
                .contains("can be forced to fail while its run is FAILED or PAUSED or RUNNING");
    }

    @Test
    void of_those_who_act_at_once_one_is_heard() throws Exception {
        RunId run = blocked();
        List<Future<Result>> acts = new ArrayList<>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                String result = String.valueOf(i);
                acts.add(pool.submit(() -> act("complete", run, "stuck", "--result", result)));
            }
        }
        List<Integer> codes = new ArrayList<>();
        for (Future<Result> act : acts) {
            codes.add(act.get().code());
        }
        assertThat(codes).containsOnlyOnce(0).filteredOn(code -> code != 0).containsOnly(4);
        RunView view = stack.await(run);
        assertThat(view.state()).isEqualTo(RunState.COMPLETED);
        assertThat(reported).hasSize(1);
        assertThat(view.output().asInt()).isEqualTo(codes.indexOf(0));
        assertThat(events(run)).containsOnlyOnce("COMPLETED_BY_HAND");
    }
}
