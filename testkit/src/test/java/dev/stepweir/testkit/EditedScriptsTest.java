package dev.stepweir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class EditedScriptsTest {

    /** The SHA-1 of {@code return 1}, as {@code redis-cli SCRIPT LOAD} answers it. */
    private static final String ONE = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";

    @Test
    void an_edited_script_is_asked_for_under_another_name() {
        EditedScripts edited =
                EditedScripts.of(
                        List.of("return 1", "return 2"), source -> source.replace("1", "3"));

        assertThat(edited.sources()).containsExactly("return 3");
        assertThat(edited.name(ONE)).hasSize(40).isNotEqualTo(ONE);
    }

    @Test
    void a_script_that_the_edit_leaves_alone_keeps_its_name() {
        EditedScripts edited =
                EditedScripts.of(
                        List.of("return 1", "return 2"), source -> source.replace("2", "3"));

        assertThat(edited.name(ONE)).isEqualTo(ONE);
    }

    @Test
    void an_edit_that_changes_nothing_is_a_mistake() {
        assertThatThrownBy(() -> EditedScripts.of(List.of("return 1"), source -> source))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none of the scripts");
    }
}
