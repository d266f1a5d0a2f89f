package dev.stepweir.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HandlersTest {

    @Test
    void a_name_that_definitions_refuse_is_no_handlers_either() {
        Handlers handlers = new Handlers();

        assertThatThrownBy(() -> handlers.add("h:solo", (input, context) -> "done"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a handler's name must not end in ':solo', found 'h:solo'");
        assertThat(handlers.byName()).isEmpty();
    }
}
