package dev.stepweir.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

class JsonTest {

    private record Point(int x, String label) {}

    @Test
    void a_record_goes_there_and_back() {
        Point point = new Point(3, "\u00FC \uD83D\uDE00");

        assertThat(Json.read(Json.write(point), Point.class)).isEqualTo(point);
        assertThat(Json.read(Json.text(point), Point.class)).isEqualTo(point);
        assertThat(Json.tree(Json.write(point)).get("x").intValue()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"x\":1,\"x\":2}",
                "{\"x\":1} {\"x\":2}",
                "{x:1}",
                "[1,]",
                "",
                "{\"x\":NaN}"
            })
    void text_that_is_not_strict_json_is_refused(String text) {
        assertThatExceptionOfType(JacksonException.class)
                .isThrownBy(() -> Json.read(text, Point.class));
    }

    @Test
    void sixty_four_levels_are_read_and_no_more() {
        assertThat(Json.tree("[".repeat(64) + "]".repeat(64)).isArray()).isTrue();
        assertThatExceptionOfType(JacksonException.class)
                .isThrownBy(() -> Json.tree("[".repeat(65) + "]".repeat(65)));
    }

    @Test
    void a_value_that_is_to_be_kept_leaves_levels_for_what_it_is_shown_in() {
        Object deepest = nested(Json.MAX_VALUE_DEPTH);
        assertThat(Json.writeValue(deepest)).isEqualTo(Json.write(deepest));
        assertThat(Json.valueTree(Json.text(deepest)).isArray()).isTrue();
        for (int levels : new int[] {57, 64, 65, 1_000}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Json.writeValue(Map.of("in", nested(levels - 1))))
                    .withMessage("a value may be nested 56 levels deep, and this one is deeper");
            assertThatExceptionOfType(JacksonException.class)
                    .isThrownBy(() -> Json.valueTree("[".repeat(levels)))
                    .withMessageContaining("maximum allowed (56");
        }
    }

    private static Object nested(int levels) {
        Object value = List.of();
        for (int i = 1; i < levels; i++) {
            value = List.of(value);
        }
        return value;
    }

    @Test
    void a_value_is_equal_to_itself_after_a_round_trip() {
        Object value =
                Json.value(
                        Arrays.asList(
                                1L,
                                (short) 2,
                                1L << 40,
                                BigInteger.TEN.pow(30),
                                0.1f,
                                new BigDecimal("2.50"),
                                new BigDecimal("0.1234567890123456789"),
                                new BigDecimal("1e999"),
                                null,
                                Map.of("k", List.of(true, "text"))));

        assertThat(Json.value(Json.read(Json.write(value), Object.class))).isEqualTo(value);
        assertThat(((List<?>) value).subList(0, 6))
                .isEqualTo(List.of(1, 2, 1L << 40, BigInteger.TEN.pow(30), 0.1, 2.5));
    }

    @Test
    void a_value_cannot_be_changed() {
        List<Object> inner = new ArrayList<>(List.of(1));
        List<?> value = (List<?>) Json.value(List.of(inner));
        inner.add(2);

        assertThat(value).isEqualTo(List.of(List.of(1)));
        assertThatThrownBy(() -> ((List<?>) value.getFirst()).clear())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void what_json_cannot_say_is_refused() {
        List<Object> deep = List.of();
        for (int i = 0; i < 64; i++) {
            deep = List.of(deep);
        }
        for (Object bad :
                Arrays.asList(
                        new Object(), Double.NaN, 1.0f / 0, Map.of(1, 2), "\uD83D", deep, 'c')) {
            assertThatIllegalArgumentException().isThrownBy(() -> Json.value(bad));
        }
    }
}
