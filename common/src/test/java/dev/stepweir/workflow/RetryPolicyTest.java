package dev.stepweir.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryPolicyTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static RetryPolicy policy(Backoff backoff, long baseMs, double multiplier, long capMs) {
        return new RetryPolicy(
                true,
                5,
                backoff,
                Duration.ofMillis(baseMs),
                multiplier,
                Duration.ofMillis(capMs),
                false);
    }

    private static List<Double> delays(RetryPolicy policy, int failures) {
        return IntStream.rangeClosed(1, failures)
                .mapToObj(n -> policy.nominalDelay(n).toNanos() / 1e6)
                .toList();
    }

    @Test
    @DisplayName("S3-03: min(1.0 x 2^(retry-1), 30) seconds")
    void the_default_delays_double_up_to_thirty_seconds() {
        assertThat(delays(RetryPolicy.DEFAULT, 8))
                .containsExactly(1e3, 2e3, 4e3, 8e3, 16e3, 30e3, 30e3, 30e3);
    }

    @Test
    @DisplayName("S0-12, R3: test_exponential_backoff_formula")
    void test_exponential_backoff_formula() {
        RetryPolicy policy = policy(Backoff.EXPONENTIAL, 50, 1.5, 500);

        for (int n = 1; n <= 8; n++) {
            double expected = Math.min(50 * Math.pow(1.5, n - 1), 500);
            assertThat(policy.nominalDelay(n).toNanos() / 1e6)
                    .as("failure %d", n)
                    .isCloseTo(expected, within(0.001));
        }
    }

    @Test
    void a_small_base_grows_too() {
        assertThat(delays(policy(Backoff.EXPONENTIAL, 1, 1.5, 1_000), 4))
                .containsExactly(1.0, 1.5, 2.25, 3.375);
    }

    @Test
    @DisplayName("S0-13, R3: test_max_backoff_cap")
    void test_max_backoff_cap() {
        RetryPolicy hard =
                new RetryPolicy(
                        true,
                        30,
                        Backoff.EXPONENTIAL,
                        Duration.ofMillis(50),
                        2,
                        Duration.ofMillis(200),
                        true);
        Random random = new Random(7);

        assertThat(IntStream.range(0, 1_000).mapToObj(i -> hard.delay(20, random)))
                .allMatch(delay -> delay.compareTo(Duration.ofMillis(200)) <= 0);
    }

    @Test
    @DisplayName("S0-14, R3: test_jitter_application")
    void test_jitter_application() {
        Random random = new Random(7);
        List<Duration> delays =
                IntStream.range(0, 1_000)
                        .mapToObj(i -> RetryPolicy.DEFAULT.delay(1, random))
                        .toList();

        assertThat(delays).allMatch(delay -> delay.compareTo(SECOND) >= 0);
        assertThat(delays)
                .allMatch(delay -> delay.compareTo(SECOND.multipliedBy(3).dividedBy(2)) <= 0);
        assertThat(delays.stream().distinct().count()).isGreaterThan(900);
        assertThat(delays.stream().mapToLong(Duration::toMillis).average().orElseThrow())
                .isCloseTo(1_250, within(25.0));
    }

    @Test
    @DisplayName("R3: only a cap that a definition names bounds the jitter too")
    void the_default_cap_is_before_jitter() {
        Random random = new Random(7);

        assertThat(
                        IntStream.range(0, 1_000)
                                .mapToObj(i -> RetryPolicy.DEFAULT.delay(20, random))
                                .filter(delay -> delay.compareTo(Duration.ofSeconds(30)) > 0))
                .hasSizeGreaterThan(900);
    }

    @Test
    @DisplayName("S1-U2: none, fixed and linear")
    void the_other_strategies() {
        assertThat(delays(policy(Backoff.NONE, 50, 2, 500), 3)).containsExactly(0.0, 0.0, 0.0);
        assertThat(delays(policy(Backoff.FIXED, 50, 2, 500), 3)).containsExactly(50.0, 50.0, 50.0);
        assertThat(delays(policy(Backoff.LINEAR, 50, 2, 120), 4))
                .containsExactly(50.0, 100.0, 120.0, 120.0);
        assertThat(policy(Backoff.NONE, 50, 2, 500).delay(1, new Random(7))).isZero();
        assertThat(delays(policy(Backoff.FIXED, 50, 2, 20), 1)).containsExactly(20.0);
        assertThat(delays(policy(Backoff.EXPONENTIAL, 0, 2, 20), 2)).containsExactly(0.0, 0.0);
    }

    @Test
    void a_late_failure_costs_no_more_than_an_early_one() {
        RetryPolicy doubling = policy(Backoff.EXPONENTIAL, 1, 2, 2_592_000_000L);

        assertThat(doubling.nominalDelay(Integer.MAX_VALUE)).isEqualTo(Duration.ofDays(30));
        assertThat(policy(Backoff.EXPONENTIAL, 5, 1, 50).nominalDelay(Integer.MAX_VALUE))
                .isEqualTo(Duration.ofMillis(5));
        assertThat(policy(Backoff.LINEAR, 5, 1, 50).nominalDelay(Integer.MAX_VALUE))
                .isEqualTo(Duration.ofMillis(50));
    }

    @ParameterizedTest
    @DisplayName("S0-U1, R2: max_attempts counts the first execution")
    @CsvSource({
        "true, 1, 0, false",
        "true, 1, 1, true",
        "true, 3, 2, false",
        "true, 3, 3, true",
        "false, 3, 0, false",
        "false, 3, 1, true"
    })
    void max_attempts_counts_the_first_execution(
            boolean retryable, int maxAttempts, int failures, boolean exhausted) {
        RetryPolicy policy =
                new RetryPolicy(retryable, maxAttempts, Backoff.FIXED, SECOND, 1, SECOND, false);

        assertThat(policy.exhausted(failures)).isEqualTo(exhausted);
    }

    @Test
    @DisplayName("S1-09: three attempts where a step says nothing")
    void a_step_without_a_policy_has_three_attempts() {
        Workflow workflow = Workflow.builder("w").step("a", s -> s.handler("h")).build();

        assertThat(workflow.steps().getFirst().retry()).isEqualTo(RetryPolicy.DEFAULT);
        assertThat(RetryPolicy.DEFAULT.attempts()).isEqualTo(3);
    }

    @Test
    @DisplayName("S0-U1, S2-112: values out of their bounds are refused, all at once")
    void values_out_of_bounds_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new RetryPolicy(
                                true,
                                0,
                                Backoff.FIXED,
                                Duration.ofMillis(-1),
                                Double.NaN,
                                Duration.ofDays(31),
                                false))
                .withMessageContaining("max_attempts")
                .withMessageContaining("backoff_base_ms: must not be negative")
                .withMessageContaining("backoff_multiplier")
                .withMessageContaining("max_backoff_ms");
        assertThatIllegalArgumentException().isThrownBy(() -> RetryPolicy.DEFAULT.nominalDelay(0));
    }
}
