package dev.stepweir.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.failure.Classification;
import dev.stepweir.failure.FailureCategory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ErrorGroupTest {

    private static final Classification UNKNOWN =
            Classification.of(FailureCategory.UNKNOWN, "UNKNOWN_ERROR", "", 0);

    @Test
    void errors_of_one_place_are_alike_whatever_they_say() {
        assertThat(group(thrownHere("customer 17 is missing")))
                .isEqualTo(group(thrownHere("customer 18 has left")));
    }

    @Test
    void errors_of_another_place_type_or_code_are_not() {
        ErrorGroup here = group(thrownHere("no"));

        assertThat(group(new IllegalArgumentException("no"))).isNotEqualTo(here);
        assertThat(group(new IllegalStateException("no", new RuntimeException("x"))))
                .isNotEqualTo(group(new IllegalStateException("no")));
        assertThat(ErrorGroup.of(ofEngine("TIMEOUT", "no"))).isNotEqualTo(here);
    }

    @Test
    void without_a_stack_trace_the_message_counts_and_its_numbers_do_not() {
        ErrorGroup one = ErrorGroup.of(ofEngine("TIMEOUT", "no result within 2 s"));

        assertThat(ErrorGroup.of(ofEngine("TIMEOUT", "no result within 30 s"))).isEqualTo(one);
        assertThat(ErrorGroup.of(ofEngine("TIMEOUT", "something else"))).isNotEqualTo(one);
    }

    @Test
    void it_is_twelve_hexadecimal_digits() {
        assertThat(group(thrownHere("no")).text()).matches("[0-9a-f]{12}");
        assertThatThrownBy(() -> new ErrorGroup("0123456789aX"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("12 hexadecimal digits");
    }

    private static IllegalStateException thrownHere(String message) {
        return new IllegalStateException(message);
    }

    /** A short trace: a long one is cut before its causes. */
    private static ErrorGroup group(Throwable thrown) {
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            each.setStackTrace(Arrays.copyOf(each.getStackTrace(), 3));
        }
        return ErrorGroup.of(StepError.of(thrown, UNKNOWN, 1, "w1"));
    }

    private static StepError ofEngine(String type, String message) {
        return StepError.ofEngine(type, message, UNKNOWN, 1, "w1");
    }
}
