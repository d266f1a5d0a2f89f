package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.failure.Classification;
import dev.stepweir.failure.ErrorHandlingConfig;
import dev.stepweir.failure.FailedAttempt;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.failure.FailureClassifier;
import dev.stepweir.failure.StandardClassifier;
import dev.stepweir.workflow.StepDefinition;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FailurePolicyTest {

    private static final FailedAttempt ATTEMPT =
            new FailedAttempt("run", "step", 1, 3, Duration.ofMillis(5));

    /** A classifier with something in it that is nobody else's business. */
    private record Secretive(String secret) implements FailureClassifier {
        @Override
        public Classification classify(Throwable thrown, FailedAttempt attempt) {
            throw new IllegalStateException(secret);
        }
    }

    @Test
    @DisplayName("S1-29, S1-10, S1-21: test_error_handling_service_creation")
    void test_error_handling_service_creation() {
        FailurePolicy policy = new FailurePolicy(new Random(7), new StandardClassifier());

        assertThat(policy).hasToString("FailurePolicy[classifier=standard]");
        assertThat(policy.classify(new IllegalArgumentException("no"), ATTEMPT).category())
                .isEqualTo(FailureCategory.PERMANENT);
    }

    @Test
    void a_classifier_that_says_nothing_or_ends_in_an_error_knows_nothing_of_a_failure() {
        FailurePolicy silent = new FailurePolicy(new Random(7), (thrown, attempt) -> null);
        FailurePolicy broken =
                new FailurePolicy(
                        new Random(7),
                        (thrown, attempt) -> {
                            throw new NoClassDefFoundError("its library");
                        });

        for (FailurePolicy policy : List.of(silent, broken)) {
            Classification found = policy.classify(new IllegalStateException("no"), ATTEMPT);
            assertThat(found.category()).isEqualTo(FailureCategory.UNKNOWN);
            assertThat(found.retryable()).isEqualTo(FailureCategory.UNKNOWN.isRetryable());
            assertThat(found.hint()).contains("the failure classifier");
        }
    }

    @Test
    @DisplayName("S1-30, S1-10, S1-21: test_error_handling_service_with_custom_classifier")
    void test_error_handling_service_with_custom_classifier() {
        ErrorHandlingConfig config = new ErrorHandlingConfig(false, false, 10);
        FailurePolicy policy = new FailurePolicy(new Random(7), new Secretive("key 4711"));
        Workflow workflow =
                Workflow.builder("w")
                        .errorHandling(config)
                        .step("silent", s -> s.handler("h"))
                        .step("own", s -> s.handler("h").maxAttempts(2))
                        .build();

        assertThat(policy.toString()).contains("custom").doesNotContain("4711");
        assertThat(policy.classify(new IllegalArgumentException("no"), ATTEMPT).category())
                .isEqualTo(FailureCategory.UNKNOWN);
        assertThat(workflow.errorHandling()).isEqualTo(config);
        assertThat(workflow.steps())
                .extracting(StepDefinition::retry)
                .extracting(retry -> retry.attempts())
                .containsExactly(10, 2);
    }
}
