package dev.stepweir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RedisChoiceTest {

    @Test
    void each_word_chooses_a_server() {
        assertThat(RedisChoice.parse("bundled", "")).isEqualTo(new RedisChoice.Bundled());
        assertThat(RedisChoice.parse("path", "")).isEqualTo(new RedisChoice.Path());
        assertThat(RedisChoice.parse("docker", "")).isEqualTo(new RedisChoice.Docker());
        assertThat(RedisChoice.parse("url", "redis://h:1"))
                .isEqualTo(new RedisChoice.Url("redis://h:1"));
    }

    @Test
    void an_unknown_word_and_a_missing_address_are_refused() {
        assertThatThrownBy(() -> RedisChoice.parse("fake", "")).hasMessageContaining("not fake");
        assertThatThrownBy(() -> RedisChoice.parse("url", "")).hasMessageContaining("redis.url");
    }
}
