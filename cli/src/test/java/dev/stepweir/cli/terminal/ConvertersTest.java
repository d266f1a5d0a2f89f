package dev.stepweir.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ConvertersTest {

    @ParameterizedTest
    @CsvSource({
        "500ms, PT0.5S",
        "30s, PT30S",
        "5m, PT5M",
        "2h, PT2H",
        "7d, P7D",
        "0s, PT0S",
        "36500d, P36500D",
        "PT1M30S, PT1M30S",
        "P2D, P2D"
    })
    void a_duration_is_short_or_as_iso_writes_it(String text, Duration expected) {
        assertThat(Converters.duration(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "5 s", "-5s", "1.5s", "1000000000d", "soon"})
    void what_is_no_duration_is_refused_with_examples(String text) {
        assertThatThrownBy(() -> Converters.duration(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("'" + text + "' is not a duration such as 500ms, 30s, 5m, 2h or 7d");
    }

    @ParameterizedTest
    @ValueSource(strings = {"36501d", "999999999d", "PT9223372036854775807S", "PT-1S", "-PT1S"})
    void a_duration_is_not_negative_and_at_most_a_hundred_years(String text) {
        assertThatThrownBy(() -> Converters.duration(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("'" + text + "' is out of range (allowed: 0 to 36500d)");
    }
}
