package dev.stepweir.operator.letters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {

    private long now = Long.MAX_VALUE - 10;
    private final List<Duration> waits = new ArrayList<>();
    private final Pace pace = new Pace(10, () -> now, this::pass);

    @Test
    void the_first_begins_at_once_and_the_others_at_the_rate() {
        pace.await();
        pace.await();
        pace.await();

        assertThat(waits).containsExactly(Duration.ofMillis(100), Duration.ofMillis(100));
    }

    @Test
    void lost_time_is_not_made_good_by_a_burst() {
        pace.await();
        now += Duration.ofSeconds(5).toNanos();
        pace.await();
        pace.await();

        assertThat(waits).containsExactly(Duration.ofMillis(100));
    }

    @Test
    void who_is_woken_early_waits_on() {
        Pace woken = new Pace(10, () -> now, pause -> pass(pause.dividedBy(2).plusNanos(1)));
        woken.await();
        woken.await();

        assertThat(waits.getFirst()).isLessThan(Duration.ofMillis(51));
        assertThat(waits.size()).isGreaterThan(1);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, 1_000_001})
    void a_rate_that_is_none_is_refused(double rate) {
        assertThatThrownBy(() -> Pace.perSecond(rate))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found " + rate);
    }

    private void pass(Duration pause) {
        waits.add(pause);
        now += pause.toNanos();
    }
}
