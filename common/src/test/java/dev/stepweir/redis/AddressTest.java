package dev.stepweir.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {

    @ParameterizedTest
    @CsvSource({
        "redis://:secret@host:1, redis://***@host:1",
        "redis://ann:secret@host/2, redis://***@host/2",
        "redis://:se/cr@et@host, redis://***@host",
        "rediss://:secret@host and more, rediss://***@host and more",
        "redis-sentinel://:secret@one:1/0#main, redis-sentinel://***@one:1/0#main",
        "redis://host:1, redis://host:1",
        "redis://[:password@]host[:port], redis://[:password@]host[:port]"
    })
    void an_address_is_shown_without_its_password(String address, String shown) {
        assertThat(Redis.withoutPassword(address)).isEqualTo(shown);
    }

    @Test
    void two_addresses_in_a_sentence_are_both_shown_without_theirs() {
        assertThat(Redis.withoutPassword("redis://:a@one, redis://:b@two"))
                .isEqualTo("redis://***@one, redis://***@two");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"redis://:sec/ret@host", "http://:secret@host", "redis://:sec ret@host"})
    void an_address_that_is_refused_does_not_show_its_password(String address) {
        assertThatThrownBy(() -> Redis.connect(address, "test"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("ret@")
                .hasMessageNotContaining("'sec");
    }
}
