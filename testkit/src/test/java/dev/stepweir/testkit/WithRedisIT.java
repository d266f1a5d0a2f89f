package dev.stepweir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithRedis
class WithRedisIT {

    private String seenInSetUp = "";

    @BeforeEach
    void set_up(TestRedis redis) {
        seenInSetUp = redis.namespace();
    }

    @Test
    void a_test_gets_a_server_and_the_namespace_of_its_set_up(TestRedis redis) {
        assertThat(redis.commands().ping()).isEqualTo("PONG");
        assertThat(redis.namespace()).matches("[a-z0-9-]{1,20}").isEqualTo(seenInSetUp);
        assertThat(redis.connection()).isSameAs(redis.connection());
        assertThat(redis.connect()).isNotSameAs(redis.connection());
    }

    @Test
    void the_shared_server_cannot_be_stopped(TestRedis redis) {
        assertThatThrownBy(redis::server).isInstanceOf(IllegalStateException.class);
    }
}
