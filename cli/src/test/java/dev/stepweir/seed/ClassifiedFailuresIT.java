package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.failure.Categorized;
import dev.stepweir.failure.Classification;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.failure.RetryAfterException;
import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.StepView;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepError;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Worker;
import dev.stepweir.worker.WorkerConfig;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    private static final class OfCategory extends IOException implements Categorized {
        private static final long serialVersionUID = 1;

        private final FailureCategory category;

        OfCategory(FailureCategory category) {
            super("made up");
            this.category = category;
        }

        @Override
        public FailureCategory category() {
            return category;
        }
    }

    private static Handlers ofCategory(AtomicInteger calls) {
        return new Handlers()
                .add(
                        "fail",
                        (input, context) -> {
                            calls.incrementAndGet();
                            throw new OfCategory(
                                    FailureCategory.valueOf(context.setting("category", "")));
                        });
    }

    @Test
    @DisplayName("S1-U3: timeout 30 s, rate limit 60 s, network 5 s, resource 30 s, others 1 s")
    void each_category_has_its_usual_delay(TestRedis redis) throws Exception {
        List<FailureCategory> retried =
                Arrays.stream(FailureCategory.values())
                        .filter(FailureCategory::isRetryable)
                        .toList();
        Workflow.Builder workflow = Workflow.builder("each");
        for (FailureCategory category : retried) {
            workflow.step(
                    category.word(),
                    s ->
                            s.handler("fail")
                                    .setting("category", category.name())
                                    .backoff(Backoff.SERVER_SPECIFIED));
        }
        try (Stack stack = Stack.open(redis).orchestrator()) {
            stack.worker(ofCategory(new AtomicInteger()));
            RunId run = stack.client().submit(workflow.build(), null).id();
            List<HistoryEntry> failures = List.of();
            while (failures.stream().map(HistoryEntry::step).distinct().count() < retried.size()) {
                Stack.pass(Duration.ofMillis(20));
                failures =
                        stack.client().runs().history(run).stream()
                                .filter(entry -> entry.event().equals("FAILED"))
                                .toList();
            }

            for (FailureCategory category : retried) {
                long delay =
                        failures.stream()
                                .filter(entry -> entry.step().orElseThrow().equals(category.word()))
                                .map(entry -> entry.details().get("retry_in_ms"))
                                .mapToLong(millis -> Long.parseLong(String.valueOf(millis)))
                                .findFirst()
                                .orElseThrow();
                long usual = category.usualDelay(1).toMillis();
                assertThat(delay).as("%s", category).isBetween(usual, usual * 11 / 10);
            }
        }
    }

    @ParameterizedTest(name = "{0}: {1} invocations")
    @DisplayName("S1-U3: a category may have attempts of its own")
    @CsvSource({"RATE_LIMIT, 5", "TIMEOUT, 1", "NETWORK, 3"})
    void a_category_may_have_attempts_of_its_own(
            FailureCategory category, int invocations, TestRedis redis) throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Workflow workflow =
                Workflow.builder("budgets")
                        .step(
                                "only",
                                s ->
                                        s.handler("fail")
                                                .setting("category", category.name())
                                                .backoff(Backoff.IMMEDIATE)
                                                .retryOn(
                                                        FailureCategory.RATE_LIMIT,
                                                        own -> own.maxAttempts(5))
                                                .retryOn(
                                                        FailureCategory.TIMEOUT,
                                                        own -> own.backoff(Backoff.NONE)))
                        .build();
        try (Stack stack = Stack.start(redis, ofCategory(calls))) {
            assertThat(stack.run(workflow, null).state()).isEqualTo(RunState.FAILED);

            assertThat(calls).hasValue(invocations);
        }
    }
}
