package dev.stepweir.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ConcurrentModificationException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StandardClassifierTest {

    private static final FailedAttempt ATTEMPT =
            new FailedAttempt("run", "step", 1, 3, Duration.ofMillis(5));

    private final StandardClassifier classifier = new StandardClassifier();

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new IllegalArgumentException("x"), "PERMANENT", "VALIDATION_ERROR"),
                Arguments.of(new NumberFormatException("x"), "PERMANENT", "VALIDATION_ERROR"),
                Arguments.of(new FileNotFoundException("x"), "TRANSIENT", "TRANSIENT_ERROR"),
                Arguments.of(new RuntimeException("try again"), "TRANSIENT", "TRANSIENT_ERROR"),
                Arguments.of(new TimeoutException(), "TIMEOUT", "EXECUTION_TIMEOUT"),
                Arguments.of(new IOException("request timed out"), "TIMEOUT", "EXECUTION_TIMEOUT"),
                Arguments.of(new RuntimeException("HTTP 429"), "RATE_LIMIT", "RATE_LIMITED"),
                Arguments.of(new ConnectException("refused"), "NETWORK", "NETWORK_ERROR"),
                Arguments.of(new UnknownHostException("x"), "NETWORK", "NETWORK_ERROR"),
                Arguments.of(new NoClassDefFoundError("x"), "CONFIGURATION", "CONFIGURATION_ERROR"),
                Arguments.of(
                        new RejectedExecutionException("x"),
                        "RESOURCE_EXHAUSTION",
                        "RESOURCE_EXHAUSTED"),
                Arguments.of(
                        new RuntimeException("HTTP 503 Service Unavailable"),
                        "DEPENDENCY_FAILURE",
                        "DEPENDENCY_FAILED"),
                Arguments.of(
                        new ConcurrentModificationException(),
                        "STATE_INCONSISTENCY",
                        "STATE_ERROR"),
                Arguments.of(new RuntimeException("hm"), "UNKNOWN", "UNKNOWN_ERROR"),
                Arguments.of(new RuntimeException(), "UNKNOWN", "UNKNOWN_ERROR"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    @DisplayName("S1-U1: every failure has one of ten categories")
    void a_failure_has_a_category(Throwable thrown, FailureCategory category, String code) {
        Classification found = classifier.classify(thrown, ATTEMPT);

        assertThat(found.category()).isEqualTo(category);
        assertThat(found.code()).isEqualTo(code);
        assertThat(found.retryable()).isEqualTo(category.isRetryable());
        assertThat(found.confidence()).isBetween(0.0, 1.0);
        assertThat(found.requestedDelay()).isEmpty();
    }

    @Test
    @DisplayName("S1-U1: there are ten categories, and two are never tried again")
    void there_are_ten_categories() {
        assertThat(FailureCategory.values()).hasSize(10);
        assertThat(Stream.of(FailureCategory.values()).filter(one -> !one.isRetryable()))
                .containsExactly(FailureCategory.PERMANENT, FailureCategory.CONFIGURATION);
    }

    @Test
    @DisplayName("S1-U7: types go before words, and causes are looked at")
    void types_go_before_words_and_causes_are_looked_at() {
        Throwable wrapped =
                new CompletionException(
                        "invalid, rate limit, 503",
                        new UncheckedIOException(new SocketTimeoutException("x")));

        assertThat(classifier.classify(wrapped, ATTEMPT).category())
                .isEqualTo(FailureCategory.TIMEOUT);
    }

    @Test
    void causes_in_a_circle_end() {
        RuntimeException one = new RuntimeException("one");
        one.initCause(new RuntimeException("two", one));

        assertThat(classifier.classify(one, ATTEMPT).category()).isEqualTo(FailureCategory.UNKNOWN);
    }

    @Test
    @DisplayName("S1-U6: a requested delay is kept, and bounded")
    void a_requested_delay_is_kept_and_bounded() {
        assertThat(delayOf(new RetryAfterException("busy", Duration.ofSeconds(2))))
                .contains(Duration.ofSeconds(2));
        assertThat(delayOf(new RetryAfterException("busy", Duration.ofDays(1))))
                .contains(Duration.ofSeconds(300));
        assertThat(delayOf(new RuntimeException(new RetryAfterException("busy", Duration.ZERO))))
                .contains(Duration.ZERO);
        assertThatThrownBy(() -> new RetryAfterException("x", Duration.ofSeconds(-1)))
                .hasMessageContaining("found -1 s");
    }

    private Optional<Duration> delayOf(Throwable thrown) {
        return classifier.classify(thrown, ATTEMPT).requestedDelay();
    }

    @Test
    @DisplayName("S1-U6: Retry-After is read as seconds and as an HTTP date")
    void a_header_is_read_as_seconds_and_as_a_date() {
        Instant now = Instant.parse("2015-10-21T07:28:00Z");

        assertThat(RetryAfterException.parseHeader(" 120 ", () -> now))
                .contains(Duration.ofMinutes(2));
        assertThat(RetryAfterException.parseHeader("Wed, 21 Oct 2015 07:28:30 GMT", () -> now))
                .contains(Duration.ofSeconds(30));
        assertThat(RetryAfterException.parseHeader("Wed, 21 Oct 2015 07:27:00 GMT", () -> now))
                .contains(Duration.ZERO);
        for (String neither : new String[] {"", "soon", "-1", "99999999999999999999"}) {
            assertThat(RetryAfterException.parseHeader(neither, () -> now)).isEmpty();
        }
    }

    @Test
    void what_makes_no_sense_is_refused() {
        assertThatThrownBy(() -> Classification.of(FailureCategory.UNKNOWN, " ", "", 0))
                .hasMessageContaining("code");
        assertThatThrownBy(() -> Classification.of(FailureCategory.UNKNOWN, "X", "", 1.5))
                .hasMessageContaining("found 1.5");
    }
}
