package dev.stepweir.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.stepweir.failure.FailureCategory;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

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

        assertThat(
                        IntStream.range(0, 1_000)
                                .mapToObj(i -> hard.delay(20, FailureCategory.UNKNOWN, random)))
                .allMatch(delay -> delay.compareTo(Duration.ofMillis(200)) <= 0);
    }

    @Test
    @DisplayName("S0-14, R3: test_jitter_application")
    void test_jitter_application() {
        Random random = new Random(7);
        List<Duration> delays =
                IntStream.range(0, 1_000)
                        .mapToObj(
                                i -> RetryPolicy.DEFAULT.delay(1, FailureCategory.UNKNOWN, random))
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
                                .mapToObj(i ->
                                        RetryPolicy.DEFAULT.delay(
                                                20, FailureCategory.UNKNOWN, random))
                                .filter(delay -> delay.compareTo(Duration.ofSeconds(30)) > 0))
                .hasSizeGreaterThan(900);
    }

    @Test
    @DisplayName("S1-U2: seven strategies and their delays")
    void each_strategy_has_its_delays() {
        assertThat(Backoff.words())
                .containsExactly(
                        "none",
                        "immediate",
                        "fixed",
                        "linear",
                        "exponential",
                        "jittered_exponential",
                        "server_specified");
        assertThat(policy(Backoff.NONE, 50, 2, 500).attempts()).isOne();
        assertThat(policy(Backoff.IMMEDIATE, 50, 2, 500).attempts()).isEqualTo(5);
        assertThat(delays(policy(Backoff.IMMEDIATE, 50, 2, 500), 3)).containsExactly(0.0, 0.0, 0.0);
        assertThat(
                        policy(Backoff.IMMEDIATE, 50, 2, 500)
                                .delay(1, FailureCategory.UNKNOWN, new Random(7)))
                .isZero();
        assertThat(delays(policy(Backoff.FIXED, 50, 2, 500), 3)).containsExactly(50.0, 50.0, 50.0);
        assertThat(delays(policy(Backoff.FIXED, 50, 2, 20), 1)).containsExactly(20.0);
        assertThat(delays(policy(Backoff.LINEAR, 50, 2, 120), 4))
                .containsExactly(50.0, 100.0, 120.0, 120.0);
        assertThat(delays(policy(Backoff.EXPONENTIAL, 0, 2, 20), 2)).containsExactly(0.0, 0.0);
        assertThat(delays(policy(Backoff.JITTERED_EXPONENTIAL, 50, 2, 300), 4))
                .containsExactly(50.0, 100.0, 200.0, 300.0);
    }

    @Test
    @DisplayName("S1-U2: the jittered exponential spreads over the whole delay")
    void the_jittered_exponential_spreads_wider() {
        Random random = new Random(7);
        List<Long> delays =
                IntStream.range(0, 1_000)
                        .mapToObj(i -> policy(Backoff.JITTERED_EXPONENTIAL, 100, 2, 500))
                        .map(policy -> policy.delay(2, FailureCategory.UNKNOWN, random).toMillis())
                        .toList();

        assertThat(delays).allMatch(delay -> delay >= 200 && delay <= 400);
        assertThat(delays.stream().mapToLong(Long::longValue).average().orElseThrow())
                .isCloseTo(300, within(10.0));
    }

    @ParameterizedTest
    @DisplayName("S1-U3: where nobody says a delay, it is the usual one of the category")
    @CsvSource({
        "TIMEOUT, 30, 60, 3600",
        "RATE_LIMIT, 60, 60, 60",
        "NETWORK, 5, 10, 300",
        "RESOURCE_EXHAUSTION, 30, 30, 30",
        "TRANSIENT, 1, 2, 300",
        "DEPENDENCY_FAILURE, 1, 2, 300",
        "STATE_INCONSISTENCY, 1, 2, 300",
        "UNKNOWN, 1, 2, 300"
    })
    void the_usual_delays(FailureCategory category, long first, long second, long longest) {
        RetryPolicy policy = RetryPolicy.builder().backoff(Backoff.SERVER_SPECIFIED).build();

        assertThat(policy.nominalDelay(1, category)).isEqualTo(Duration.ofSeconds(first));
        assertThat(policy.nominalDelay(2, category)).isEqualTo(Duration.ofSeconds(second));
        assertThat(policy.nominalDelay(1_000, category)).isEqualTo(Duration.ofSeconds(longest));
        Duration most = Duration.ofMillis(first * 1_100);
        Random random = new Random(7);
        assertThat(IntStream.range(0, 100).mapToObj(i -> policy.delay(1, category, random)))
                .allMatch(delay -> delay.compareTo(Duration.ofSeconds(first)) >= 0)
                .allMatch(delay -> delay.compareTo(most) <= 0);
    }

    @Test
    @DisplayName("S1-U3: a cap of the step's own bounds the usual delay")
    void a_cap_bounds_the_usual_delay() {
        RetryPolicy policy =
                RetryPolicy.builder().backoff(Backoff.SERVER_SPECIFIED).cap(SECOND).build();

        assertThat(policy.delay(1, FailureCategory.RATE_LIMIT, new Random(7))).isEqualTo(SECOND);
    }

    @Test
    void a_category_inherits_what_it_does_not_say() {
        RetryPolicy policy =
                RetryPolicy.builder()
                        .maxAttempts(4)
                        .backoff(Backoff.FIXED, SECOND)
                        .on(FailureCategory.RATE_LIMIT, own -> own.maxAttempts(10))
                        .on(FailureCategory.NETWORK, own -> own.backoff(Backoff.IMMEDIATE))
                        .build();

        RetryPolicy limited = policy.forCategory(FailureCategory.RATE_LIMIT);
        assertThat(limited.attempts()).isEqualTo(10);
        assertThat(limited.nominalDelay(3)).isEqualTo(SECOND);
        assertThat(policy.forCategory(FailureCategory.NETWORK).attempts()).isEqualTo(4);
        assertThat(policy.forCategory(FailureCategory.NETWORK).nominalDelay(3)).isZero();
        assertThat(policy.forCategory(FailureCategory.TIMEOUT)).isEqualTo(policy);
    }

    @Test
    @DisplayName("S1-U5: what is never tried again can have no policy")
    void a_category_that_is_never_tried_again_has_no_policy() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        RetryPolicy.builder()
                                .on(FailureCategory.PERMANENT, own -> own.maxAttempts(0))
                                .on(FailureCategory.CONFIGURATION, own -> own.jitter(2))
                                .build())
                .withMessageContaining("per_category.permanent: is never tried again")
                .withMessageContaining("per_category.permanent.max_attempts: is out of range")
                .withMessageContaining("per_category.configuration.jitter: is out of range");
    }

    /** Whatever a policy says: never early, within its cap, never shorter after more failures. */
    @ParameterizedTest(name = "seed {0}")
    @DisplayName("S0-13, S0-14, R3: caps and jitter of policies made at random")
    @MethodSource("seeds")
    void delays_keep_within_their_bounds(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 400; i++) {
            RetryPolicy policy = RandomPolicies.policy(random);
            FailureCategory category = RandomPolicies.category(random);
            int failure = 1 + random.nextInt(random.nextBoolean() ? 10 : 100_000);
            Duration nominal = policy.nominalDelay(failure, category);
            Duration delay = policy.delay(failure, category, random);
            String seen = "seed %d: %s, failure %d, %s".formatted(seed, policy, failure, category);
            Duration most = nominal.plusNanos((long) (nominal.toNanos() * policy.jitter()));

            assertThat(delay).as(seen).isBetween(nominal, most);
            assertThat(policy.nominalDelay(failure + 1, category))
                    .as(seen)
                    .isGreaterThanOrEqualTo(nominal);
            if (policy.hardCap()) {
                assertThat(delay).as(seen).isLessThanOrEqualTo(policy.cap());
            }
            assertThat(RandomPolicies.stored(policy)).as(seen).isEqualTo(policy);
        }
    }

    static LongStream seeds() {
        long fresh = new Random().nextLong();
        return LongStream.of(1, 2, 3, fresh);
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
