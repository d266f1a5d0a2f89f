package dev.stepweir.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PassingFailuresTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to",
                "NOREPLICAS Not enough good replicas to write.",
                "READONLY You can't write against a read only replica.",
            })
    void a_server_that_takes_no_writes_for_now_may_take_them_later(String reply) {
        assertThat(Redis.isPassing(new RedisCommandExecutionException(reply))).isTrue();
    }

    @Test
    void what_is_wrong_with_a_command_does_not_heal() {
        assertThat(Redis.isPassing(new RedisCommandExecutionException("WRONGTYPE Operation")))
                .isFalse();
    }

    @Test
    void an_interrupted_thread_that_handles_a_reply_changes_nothing_about_it() {
        Thread.currentThread().interrupt();
        try {
            RedisException lost = new RedisException("Currently not connected");
            assertThat(Redis.isPassing(lost)).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
