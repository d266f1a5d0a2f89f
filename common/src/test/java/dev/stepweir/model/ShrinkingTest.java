package dev.stepweir.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.model.Play.Choice;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShrinkingTest {

    @Test
    void only_what_it_takes_to_fail_is_left() {
        List<Choice> sequence = Play.sequence(1, 100);
        List<Choice> guilty = List.of(sequence.get(7), sequence.get(60), sequence.get(99));

        assertThat(Shrinking.of(sequence, rest -> rest.containsAll(guilty))).isEqualTo(guilty);
    }
}
