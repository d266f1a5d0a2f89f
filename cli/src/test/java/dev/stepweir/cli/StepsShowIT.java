package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.resume.ResumeOptions;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepFields;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@WithRedis
class StepsShowIT {

    private Terminal terminal;

    @BeforeEach
    void open(TestRedis server) {
        terminal = Terminal.on(server);
    }

    private static Workflow failing(int attempts, Duration delay) {
        return Workflow.builder("failing")
                .step(
                        "only",
                        s ->
                                s.handler("fail")
                                        .maxAttempts(attempts)
                                        .backoff(Backoff.FIXED, delay)
                                        .jitter(0))
                .step("next", s -> s.handler("fail").after("only"))
                .build();
    }

    private static Handlers failing() {
        return failing(new CountDownLatch(0));
    }

    private static Handlers failing(CountDownLatch mayFail) {
        return new Handlers()
                .add(
                        "fail",
                        (input, context) -> {
                            mayFail.await();
                            throw new TimeoutException("no answer");
                        });
    }

    private JsonNode show(RunId run, String step) {
        return terminal.execute("steps", "show", run.text(), step, "--json").json();
    }

    private JsonNode awaitState(RunId run, String step, String state) throws InterruptedException {
        while (true) {
            JsonNode shown = show(run, step);
            if (shown.path("state").asString().equals(state)) {
                return shown;
            }
            Stack.pass(Duration.ofMillis(20));
        }
    }

    @Test
    @DisplayName("S1-01, S1-U4: steps show --json has the six fields, code, hint and confidence")
    void a_waiting_step_shows_its_failure(TestRedis server) throws Exception {
        try (Stack stack = Stack.start(server, failing())) {
            RunId run = stack.client().submit(failing(3, Duration.ofHours(1)), null).id();

            JsonNode shown = awaitState(run, "only", "WAITING_FOR_RETRY");

            assertThat(shown.path("failures").asInt()).isOne();
            assertThat(shown.path("crashes").asInt()).isZero();
            assertThat(shown.path("redeliveries").asInt()).isZero();
            assertThat(shown.path("idempotency_key").asString()).isEqualTo(run.text() + "/only");
            assertThat(shown.path("max_attempts").asInt()).isEqualTo(3);
            assertThat(shown.path("policy").path("backoff").asString()).isEqualTo("fixed");
            JsonNode error = shown.path("error");
            assertThat(error.path("category").asString()).isEqualTo("TIMEOUT");
            assertThat(error.path("code").asString()).isEqualTo("EXECUTION_TIMEOUT");
            assertThat(error.path("hint").asString()).isNotEmpty();
            assertThat(error.path("confidence").asDouble()).isBetween(0.5, 1.0);
            assertThat(error.path("final_attempt").asBoolean()).isFalse();
            JsonNode failed = shown.path("history").get(shown.path("history").size() - 1);
            JsonNode details = failed.path("details");
            assertThat(details.path("step_id").asString()).isEqualTo(run.text() + "/only");
            assertThat(details.path("action").asString())
                    .isEqualTo("TransitionedToWaitingForRetry");
            assertThat(details.path("final_state").asString()).isEqualTo("WaitingForRetry");
            assertThat(details.path("backoff_applied").asBoolean()).isTrue();
            assertThat(details.path("next_retry_at").asString())
                    .isEqualTo(shown.path("next_retry_at").asString());
            assertThat(details.path("classification_summary").asString())
                    .isEqualTo("Retryable error (TIMEOUT): no answer");

            String text = terminal.execute("steps", "show", run.text(), "only").out();
            assertThat(text)
                    .contains(
                            "state     WAITING_FOR_RETRY",
                            "charged   1 failures, 0 crashes; 0 deliveries were free",
                            "policy    fixed from 1 h up to 30 s, jitter 0.0",
                            "TIMEOUT EXECUTION_TIMEOUT, confidence 0.9");
        }
    }

    @Test
    @DisplayName("S1-18, S0-33: readiness before and after next_retry_at")
    void readiness_follows_the_delay(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server)) {
            CountDownLatch mayFail = new CountDownLatch(1);
            stack.worker(Stack.calmWorker(), failing(mayFail));
            RunId run;
            try (Stack first = Stack.open(server).orchestrator()) {
                run = first.client().submit(failing(3, Duration.ofSeconds(5)), null).id();
                var unused = awaitState(run, "only", "RUNNING");
            }
            // Nobody publishes it again, so what is seen is what the delay alone does.
            mayFail.countDown();
            JsonNode early = awaitState(run, "only", "WAITING_FOR_RETRY");
            assertThat(early.path("delay_expired").asBoolean()).isFalse();
            assertThat(early.path("ready_for_execution").asBoolean()).isFalse();
            assertThat(early.path("retry_eligible").asBoolean()).isTrue();
            JsonNode later = show(run, "only");
            Instant due = Instant.parse(later.path("next_retry_at").asString());
            while (!later.path("delay_expired").asBoolean()) {
                Stack.pass(Duration.ofMillis(20));
                later = show(run, "only");
            }
            assertThat(later.path("state").asString()).isEqualTo("WAITING_FOR_RETRY");
            assertThat(later.path("ready_for_execution").asBoolean()).isTrue();
            assertThat(due).isAfter(Instant.EPOCH);
            assertThat(show(run, "next").path("ready_for_execution").asBoolean()).isFalse();
        }
    }

    @Test
    void a_resume_is_told_in_attempts_and_what_is_held_up_is_not_ready(TestRedis server)
            throws Exception {
        try (Stack stack = Stack.open(server)) {
            RunId run;
            try (Stack first = Stack.open(server).orchestrator()) {
                first.worker(failing());
                run = first.run(failing(2, Duration.ZERO), null).id();
            }
            // Nobody is there any more who would execute it.
            stack.client().resumes().resume(run, ResumeOptions.everything(8), "ada", "");

            JsonNode resumed = show(run, "only");
            assertThat(resumed.path("failures").asInt()).isEqualTo(2);
            assertThat(resumed.path("failures_since_redrive").asInt()).isZero();
            assertThat(resumed.path("max_attempts").asInt()).isEqualTo(8);
            assertThat(terminal.execute("steps", "show", run.text(), "only").out())
                    .contains("allowed   8 attempts, 0 have failed");
            assertThat(ready(run)).isTrue();

            stack.client().queues().pause("fail", "ada", "");
            assertThat(ready(run)).isFalse();
            stack.client().queues().resume("fail");
            assertThat(ready(run)).isTrue();

            stack.client().runs().pause(run, "ada", "");
            assertThat(ready(run)).isFalse();
            stack.client().resumes().resume(run, ResumeOptions.everything(8), "ada", "");
            assertThat(ready(run)).isTrue();

            String key = stack.namespace().keys(run).run(run);
            String field = server.commands().hget(key, StepFields.state("only"));
            String unannounced = field.replaceFirst("@[0-9-]+", "@0-0");
            server.commands().hset(key, StepFields.state("only"), unannounced);
            assertThat(ready(run)).isFalse();
        }
    }

    private boolean ready(RunId run) {
        return show(run, "only").path("ready_for_execution").asBoolean();
    }

    @Test
    @DisplayName("S0-11, S1-U4: test_retry_eligible_false_after_exhaustion")
    void test_retry_eligible_false_after_exhaustion(TestRedis server) throws Exception {
        try (Stack stack = Stack.start(server, failing())) {
            RunId run = stack.run(failing(2, Duration.ZERO), null).id();

            JsonNode dead = show(run, "only");

            assertThat(dead.path("state").asString()).isEqualTo("DEAD");
            assertThat(dead.path("retry_eligible").asBoolean()).isFalse();
            assertThat(dead.path("error").path("final_attempt").asBoolean()).isTrue();
            JsonNode history = dead.path("history");
            assertThat(history.get(history.size() - 1).path("details").path("code").asString())
                    .isEqualTo("RETRY_LIMIT_EXCEEDED");
        }
    }

    @Test
    void what_is_not_there_is_named(TestRedis server) throws Exception {
        try (Stack stack = Stack.start(server, failing())) {
            RunId run = stack.run(failing(1, Duration.ZERO), null).id();

            Terminal.Result unknown = terminal.execute("steps", "show", run.text(), "onyl");
            assertThat(unknown.code()).isEqualTo(4);
            assertThat(unknown.err()).contains("has no step 'onyl'", "only, next");
            assertThat(
                            terminal.execute(
                                            "steps",
                                            "show",
                                            "01a1fd0a-f25a-7000-9f6f-a473803511ea",
                                            "only")
                                    .err())
                    .contains("there is no run");
        }
    }
}
