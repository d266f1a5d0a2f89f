package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.failure.Classification;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.failure.RetryAfterException;
import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.StepView;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepError;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Worker;
import dev.stepweir.worker.WorkerConfig;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a failure is taken for decides what becomes of its step. */
@WithRedis
class ClassifiedFailuresIT {

    private static final Workflow ONE =
            Workflow.builder("one")
                    .step(
                            "only",
                            s ->
                                    s.handler("work")
                                            .maxAttempts(3)
                                            .backoff(Backoff.FIXED, Duration.ofMillis(10)))
                    .build();

    @Test
    @DisplayName("S1-U5: a validation error is final at its first attempt")
    void a_validation_error_is_final_at_its_first_attempt(TestRedis redis) throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Handlers handlers =
                new Handlers()
                        .add(
                                "work",
                                (input, context) -> {
                                    calls.incrementAndGet();
                                    throw new IllegalArgumentException("no amount");
                                });
        try (Stack stack = Stack.start(redis, handlers)) {
            StepView step = stack.run(ONE, null).steps().getFirst();

            StepError error = step.error().orElseThrow();
            assertThat(calls).hasValue(1);
            assertThat(error.category()).isEqualTo(FailureCategory.PERMANENT);
            assertThat(error.code()).isEqualTo("VALIDATION_ERROR");
        }
    }

    @Test
    @DisplayName("S1-U6: the delay that a service asks for goes before the step's backoff")
    void a_requested_delay_goes_before_the_backoff(TestRedis redis) throws Exception {
        List<Long> calls = new CopyOnWriteArrayList<>();
        Handlers handlers =
                new Handlers()
                        .add(
                                "work",
                                (input, context) -> {
                                    calls.add(System.nanoTime());
                                    if (calls.size() == 1) {
                                        throw new RetryAfterException(
                                                "busy", Duration.ofMillis(700));
                                    }
                                    return calls.size();
                                });
        try (Stack stack = Stack.start(redis, handlers)) {
            assertThat(stack.run(ONE, null).output().asInt()).isEqualTo(2);

            Duration gap = Duration.ofNanos(calls.get(1) - calls.get(0));
            assertThat(gap).isGreaterThanOrEqualTo(Duration.ofMillis(700));
        }
    }

    @Test
    @DisplayName("S1-10: a classifier of one's own decides")
    void a_classifier_of_ones_own_decides(TestRedis redis) throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (Stack stack = Stack.open(redis).orchestrator();
                Worker worker =
                        Worker.builder()
                                .namespace(redis.namespace())
                                .config(WorkerConfig.DEFAULT.withHeartbeat(Stack.HEARTBEAT))
                                .classifier((thrown, attempt) ->
                                        Classification.of(
                                                FailureCategory.PERMANENT,
                                                "OURS_" + attempt.attempt(),
                                                "ask accounting",
                                                1))
                                .handler(
                                        "work",
                                        (input, context) -> {
                                            calls.incrementAndGet();
                                            throw new IOException("would be tried again");
                                        })
                                .start(stack.redis())) {
            assertThat(worker.id()).isNotEmpty();
            RunId run = stack.client().submit(ONE, null).id();

            StepError error = stack.await(run).steps().getFirst().error().orElseThrow();
            assertThat(calls).hasValue(1);
            assertThat(error.code()).isEqualTo("OURS_1");
            assertThat(error.hint()).isEqualTo("ask accounting");
        }
    }
}
