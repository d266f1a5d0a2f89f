package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.failure.Classification;
import dev.stepweir.failure.FailureClassifier;
import dev.stepweir.handler.StepHandler;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Whatever goes wrong while a failure is dealt with, the step does not stay in hand. */
@WithRedis
@Timeout(60)
class BrokenFailuresIT extends WithRuns {

    private static final Workflow ONE =
            Workflow.builder("one").step("s", s -> s.handler("h").maxAttempts(1)).build();
    private static final Workflow HANGING =
            Workflow.builder("hanging")
                    .step("s", s -> s.handler("h").maxAttempts(1).timeout(Duration.ofMillis(50)))
                    .build();
    private static final FailureClassifier OF_NO_CATEGORY =
            (thrown, attempt) -> new Classification(null, true, "X", "", 1, Optional.empty());

    private static final class Unspeakable extends RuntimeException {
        @Override
        public String getMessage() {
            throw new Unspeakable();
        }
    }

    private Worker.Builder worker(StepHandler<JsonNode, ?> handler) {
        return worker().config(WorkerConfig.DEFAULT.withHeartbeat(Duration.ofMillis(100)))
                .handler("h", handler);
    }

    private void diesOnce(Worker worker, Workflow workflow) {
        RunId run = runs.start(workflow, null);
        await().until(() -> runs.stepState(run, "s") == StepState.DEAD);
        assertThat(runs.step(run, "s").ledgers().failures()).isEqualTo(1);
        await().until(() -> worker.inHand() == 0);
    }

    @Test
    void an_exception_that_cannot_speak_of_itself_fails_its_step() {
        StepHandler<JsonNode, ?> handler =
                (input, context) -> {
                    throw new Unspeakable();
                };
        try (Worker worker = worker(handler).start()) {
            diesOnce(worker, ONE);
        }
    }

    @Test
    void a_failure_that_cannot_be_decided_upon_is_reported_plainly() {
        StepHandler<JsonNode, ?> handler =
                (input, context) -> {
                    throw new IllegalStateException("no");
                };
        try (Worker worker = worker(handler).classifier(OF_NO_CATEGORY).start()) {
            diesOnce(worker, ONE);
        }
    }

    @Test
    void so_is_a_timeout() {
        StepHandler<JsonNode, ?> handler =
                (input, context) -> {
                    new CountDownLatch(1).await();
                    return "never";
                };
        try (Worker worker = worker(handler).classifier(OF_NO_CATEGORY).start()) {
            diesOnce(worker, HANGING);
        }
    }

    @Test
    void a_step_whose_fatal_error_the_worker_outlives_goes_back_for_free() {
        AtomicInteger calls = new AtomicInteger();
        StepHandler<JsonNode, ?> handler =
                (input, context) -> {
                    if (calls.incrementAndGet() == 1) {
                        throw new OutOfMemoryError("as if");
                    }
                    return "done";
                };
        WorkerConfig config =
                WorkerConfig.DEFAULT
                        .withHeartbeat(Duration.ofMillis(100))
                        .withOnFatal(fatal -> {
                            throw new IllegalStateException("told, and failing");
                        });
        try (Worker worker = worker(handler).config(config).start()) {
            RunId run = runs.start(ONE, null);
            await().until(() -> runs.state(run) == RunState.COMPLETED);
            assertThat(runs.step(run, "s").ledgers().failures()).isZero();
            assertThat(runs.step(run, "s").ledgers().crashes()).isZero();
            await().until(() -> worker.inHand() == 0);
        }
    }
}
