package dev.stepweir.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.failure.Classification;
import dev.stepweir.failure.FailureCategory;
import org.junit.jupiter.api.Test;

class StepErrorTest {

    private static final Classification UNKNOWN =
            Classification.of(FailureCategory.UNKNOWN, "UNKNOWN_ERROR", "", 0);

    /** As an exception whose message is put together from what is not there. */
    private static final class Unspeakable extends RuntimeException {
        @Override
        public String getMessage() {
            throw new IllegalStateException("no words");
        }
    }

    @Test
    void an_exception_that_cannot_speak_of_itself_is_an_error_with_its_name() {
        StepError error = StepError.of(new Unspeakable(), UNKNOWN, 2, "w1");

        assertThat(error.type()).isEqualTo(Unspeakable.class.getName());
        assertThat(error.message()).isEqualTo("(it cannot say: java.lang.IllegalStateException)");
        assertThat(error.attempt()).isEqualTo(2);
    }

    @Test
    void an_exception_without_a_message_is_called_by_its_name() {
        StepError error = StepError.of(new IllegalStateException(), UNKNOWN, 1, "w1");

        assertThat(error.message()).isEqualTo("IllegalStateException");
        assertThat(error.stack()).startsWith("java.lang.IllegalStateException");
    }
}
