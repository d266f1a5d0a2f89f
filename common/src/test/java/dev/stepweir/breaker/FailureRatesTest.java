package dev.stepweir.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FailureRatesTest {

    private final FailureRates rates = new FailureRates();

    @Test
    void half_of_twenty_calls_are_too_many_and_the_count_begins_anew() {
        for (int round = 0; round < 2; round++) {
            for (int i = 1; i < FailureRates.WINDOW; i++) {
                assertThat(rates.areTooHighAfter("api", i % 2 == 0)).isFalse();
            }
            assertThat(rates.areTooHighAfter("api", true)).isTrue();
        }
    }

    @Test
    void less_than_half_are_borne_whatever_else_fails() {
        for (int i = 0; i < 10 * FailureRates.WINDOW; i++) {
            assertThat(rates.areTooHighAfter("api", i % 3 > 0)).isFalse();
        }
        for (int i = 1; i < FailureRates.WINDOW; i++) {
            assertThat(rates.areTooHighAfter("other", false)).isFalse();
        }
    }

    @Test
    void what_was_before_an_outage_is_forgotten() {
        for (int i = 1; i < FailureRates.WINDOW; i++) {
            var unused = rates.areTooHighAfter("api", false);
        }
        rates.forget("api");

        assertThat(rates.areTooHighAfter("api", false)).isFalse();
    }
}
