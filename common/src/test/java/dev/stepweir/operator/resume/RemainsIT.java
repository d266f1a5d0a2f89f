package dev.stepweir.operator.resume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.client.StepweirClient;
import dev.stepweir.failure.Classification;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.json.Json;
import dev.stepweir.redis.Connected;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepError;
import dev.stepweir.run.StepFields;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.RetryPolicy;
import dev.stepweir.workflow.Workflow;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RemainsIT extends Connected {

    private static final Workflow FLOW =
            Workflow.builder("flow")
                    .step("usual", s -> s.handler("work"))
                    .step("once", s -> s.handler("work").retryable(false))
                    .step("undelayed", s -> s.handler("work").backoff(Backoff.NONE))
                    .step(
                            "patient",
                            s ->
                                    s.handler("work")
                                            .retry(r ->
                                                    r.on(
                                                            FailureCategory.TIMEOUT,
                                                            own -> own.maxAttempts(9))))
                    .build();

    private RunId run;

    @BeforeEach
    void submit() {
        try (StepweirClient client = StepweirClient.over(redis, namespace)) {
            run = client.submit(FLOW, null).id();
        }
    }

    @Test
    void a_step_gets_as_many_more_attempts_as_was_said_whatever_its_policy() {
        for (String step : new String[] {"usual", "once", "undelayed", "patient"}) {
            for (FailureCategory category :
                    new FailureCategory[] {FailureCategory.UNKNOWN, FailureCategory.TIMEOUT}) {
                dead(step, category);
                for (int more : new int[] {1, 2, 5, 20}) {
                    assertThat(attemptsLeft(step, category, more))
                            .as("%s of %s, %d more", category, step, more)
                            .isEqualTo(more);
                }
            }
        }
    }

    @Test
    void an_error_that_cannot_be_read_counts_as_one_of_an_unknown_kind() {
        dead("patient", FailureCategory.TIMEOUT);
        server.commands()
                .hset(namespace.keys(run).run(run), StepFields.error("patient"), "{\"type\":1");

        assertThat(attemptsLeft("patient", FailureCategory.UNKNOWN, 2)).isEqualTo(2);
    }

    private void dead(String step, FailureCategory category) {
        Classification kind = Classification.of(category, "CODE", "", 0);
        StepError error = StepError.ofEngine("E", "oops", kind, 4, "w1");
        String key = namespace.keys(run).run(run);
        server.commands().hset(key, StepFields.state(step), "DEAD 4@1-1 f=4 dlq=1-1");
        server.commands().hset(key, StepFields.error(step), Json.text(error));
    }

    /** How often it may fail until a worker gives it up. */
    private int attemptsLeft(String step, FailureCategory category, int more) {
        Keys keys = namespace.keys(run);
        Remains remains = Remains.read(redis, new WorkflowStore(redis), keys, run).orElseThrow();
        Ledgers ledgers = remains.forgiven(step, ResumeOptions.everything(more));
        RetryPolicy policy = remains.graph().step(step).retry().forCategory(category);
        int attempts = 0;
        do {
            ledgers = ledgers.withFailure();
            attempts++;
        } while (!policy.exhausted(ledgers.failuresSinceBase()));
        return attempts;
    }
}
