package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a person does to steps that a pause, a breaker or a retry of the run holds up. */
@WithRedis
class ActsOnHeldStepsIT {

    private static final Workflow PAIR =
            Workflow.builder("pair")
                    .step(
                            "call",
                            s -> s.handler("call").backoff(Backoff.FIXED, Duration.ofMinutes(5)))
                    .step("report", s -> s.handler("report").after("call"))
                    .build();

    private static final Workflow UNDER_A_BREAKER =
            Workflow.builder("under a breaker")
                    .step("call", s -> s.handler("call").breaker("payments"))
                    .step("report", s -> s.handler("report").after("call"))
                    .build();

    private static final Workflow TRIED_AGAIN =
            Workflow.builder("tried again")
                    .retry(r -> r.maxAttempts(3).backoff(Backoff.FIXED, Duration.ofMinutes(5)))
                    .step("call", s -> s.handler("call").maxAttempts(1))
                    .step("report", s -> s.handler("report").after("call"))
                    .build();

    private final List<String> reported = new CopyOnWriteArrayList<>();

    private Stack stack;
    private Terminal terminal;

    @BeforeEach
    void start(TestRedis server) {
        Handlers handlers =
                new Handlers()
                        .add(
                                "call",
                                (input, context) -> {
                                    throw new IllegalStateException("down");
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
        stack.close();
    }

    private Result act(String verb, RunId run, String... options) {
        List<String> all = new ArrayList<>(List.of("steps", verb, run.text(), "call"));
        all.addAll(List.of("--by", "ada", "--reason", "because"));
        all.addAll(List.of(options));
        return terminal.execute(all.toArray(String[]::new));
    }

    private RunView show(RunId run) {
        return stack.client().show(run).orElseThrow();
    }

    private StepView step(RunId run, String name) {
        return show(run).steps().stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void awaitCall(RunId run, StepStatus state) {
        await().atMost(Stack.SOON).until(() -> step(run, "call").state() == state);
    }

    private JsonNode parked() {
        return terminal.execute("breakers", "list", "--json").json().path(0).path("parked");
    }

    @Test
    void what_is_put_right_in_a_paused_run_begins_when_it_is_resumed() throws Exception {
        RunId run = stack.client().submit(PAIR, 1).id();
        awaitCall(run, StepStatus.WAITING_FOR_RETRY);
        assertThat(terminal.execute("runs", "pause", run.text()).code()).isZero();

        Result completed = act("complete", run, "--result", "7", "--json");

        assertThat(completed.json().path("run_status").asString()).isEqualTo("PAUSED");
        assertThat(show(run).state()).isEqualTo(RunState.PAUSED);
        assertThat(step(run, "report").state()).isEqualTo(StepStatus.READY);
        assertThat(terminal.execute("explain", run.text(), "report").out()).contains("paused");
        assertThat(reported).isEmpty();
        assertThat(terminal.execute("runs", "resume", run.text()).code()).isZero();
        assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
        assertThat(reported).containsExactly("7");
    }

    @Test
    void the_end_of_the_last_step_ends_a_paused_run() throws Exception {
        RunId run = stack.client().submit(PAIR, 1).id();
        awaitCall(run, StepStatus.WAITING_FOR_RETRY);
        assertThat(terminal.execute("runs", "pause", run.text()).code()).isZero();

        assertThat(act("skip", run).err()).contains("its run is PAUSED: stepweir runs resume");
        Result last =
                terminal.execute("steps", "skip", run.text(), "report", "--reason", "because");

        assertThat(last.err()).contains("READY -> SKIPPED", "its run is COMPLETED");
        assertThat(show(run).state()).isEqualTo(RunState.COMPLETED);
    }

    @Test
    void a_dead_step_of_a_paused_run_is_mended_and_goes_on_with_it() throws Exception {
        RunId run = stack.client().submit(PAIR, 1).id();
        awaitCall(run, StepStatus.WAITING_FOR_RETRY);
        assertThat(terminal.execute("runs", "pause", run.text()).code()).isZero();
        assertThat(act("force-fail", run).code()).isZero();
        String letter = run + "/call";

        Result edited =
                terminal.execute("dlq", "edit", letter, "--input", "2", "--reason", "because");
        assertThat(edited.code()).as(edited.err()).isZero();
        assertThat(terminal.execute("dlq", "retry", letter).code()).isZero();

        assertThat(step(run, "call").state()).isEqualTo(StepStatus.READY);
        JsonNode shown = terminal.execute("dlq", "show", letter, "--json").json();
        assertThat(shown.path("published_at").asString()).startsWith("20").isNotEqualTo("1970");
        assertThat(act("resolve", run).code()).isZero();
        assertThat(terminal.execute("runs", "resume", run.text()).code()).isZero();
        assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
        assertThat(stack.client().deadLetters().count()).isZero();
    }

    @Test
    void a_parked_step_that_is_ended_by_hand_leaves_the_list_of_its_breaker() throws Exception {
        assertThat(terminal.execute("breakers", "open", "payments").code()).isZero();
        RunId skipped = stack.client().submit(UNDER_A_BREAKER, 1).id();
        RunId reset = stack.client().submit(UNDER_A_BREAKER, 2).id();
        awaitCall(skipped, StepStatus.PARKED);
        awaitCall(reset, StepStatus.PARKED);
        long dispatch = step(reset, "call").dispatch();

        assertThat(act("skip", skipped).err()).contains("PARKED -> SKIPPED");
        assertThat(stack.await(skipped).state()).isEqualTo(RunState.COMPLETED);
        assertThat(parked().asInt()).isEqualTo(1);

        assertThat(act("reset-for-retry", reset).err()).contains("PARKED -> READY");
        await().atMost(Stack.SOON)
                .until(() ->
                        step(reset, "call").state() == StepStatus.PARKED
                                && step(reset, "call").dispatch() > dispatch);
        assertThat(parked().asInt()).as("the breaker holds for it as well").isEqualTo(1);
        assertThat(act("force-fail", reset).err()).contains("PARKED -> DEAD");
        assertThat(stack.await(reset).state()).isEqualTo(RunState.FAILED);
        assertThat(parked().asInt()).isZero();
    }

    @Test
    void a_run_that_waits_for_its_next_attempt_goes_on_at_once() throws Exception {
        RunId run = stack.client().submit(TRIED_AGAIN, 1).id();
        await().atMost(Stack.SOON).until(() -> show(run).nextRetryAt().isPresent());

        assertThat(act("skip", run).err()).contains("DEAD -> SKIPPED");

        assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
        assertThat(show(run).nextRetryAt()).isEmpty();
        assertThat(reported).containsExactly("null");
        assertThat(stack.client().deadLetters().count()).isZero();
    }

    @Test
    void a_run_is_not_tried_again_for_a_step_whose_letter_was_purged() throws Exception {
        assertThat(terminal.execute("breakers", "open", "payments").code()).isZero();
        Workflow wide =
                Workflow.builder("wide")
                        .retry(r -> r.maxAttempts(3).backoff(Backoff.IMMEDIATE))
                        .step("call", s -> s.handler("call").maxAttempts(1))
                        .step("other", s -> s.handler("report").breaker("payments"))
                        .build();
        RunId run = stack.client().submit(wide, 1).id();
        awaitCall(run, StepStatus.DEAD);
        await().atMost(Stack.SOON).until(() -> step(run, "other").state() == StepStatus.PARKED);
        Result purged = terminal.execute("dlq", "purge", run + "/call", "--reason", "because");
        assertThat(purged.code()).as(purged.err()).isZero();

        Result skipped =
                terminal.execute("steps", "skip", run.text(), "other", "--reason", "because");
        assertThat(skipped.code()).as(skipped.err()).isZero();
        assertThat(stack.await(run).state()).isEqualTo(RunState.FAILED);
        assertThat(show(run).attempt()).isEqualTo(1);
    }

    @Test
    void a_resume_leaves_alone_what_was_skipped() throws Exception {
        RunId run = stack.client().submit(PAIR, 1).id();
        awaitCall(run, StepStatus.WAITING_FOR_RETRY);
        assertThat(terminal.execute("runs", "pause", run.text()).code()).isZero();
        assertThat(act("skip", run).code()).isZero();

        JsonNode plan =
                terminal.execute("runs", "resume", run.text(), "--dry-run", "--json").json();

        assertThat(plan.path("unique").asInt()).isEqualTo(1);
        assertThat(plan.path("items").path(0).path("id").asString()).isEqualTo("report");
        JsonNode detail = terminal.execute("steps", "show", run.text(), "call", "--json").json();
        assertThat(detail.path("state").asString()).isEqualTo("SKIPPED");
        assertThat(detail.path("retry_eligible").asBoolean()).isFalse();
    }
}
