package dev.stepweir.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0 ms",
        "PT0.2S, 200 ms",
        "PT1.5S, 1 s 500 ms",
        "PT3S, 3 s",
        "PT65S, 1 m 5 s",
        "PT50H, 2 d 2 h",
        "PT-1S, -1 s",
        "PT0.0009S, 0 ms"
    })
    void a_length_of_time_is_text_for_people(Duration duration, String text) {
        assertThat(Durations.text(duration)).isEqualTo(text);
    }
}
