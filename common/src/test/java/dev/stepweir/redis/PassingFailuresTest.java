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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NOPERM this user has no permissions to run the 'evalsha' command",
                "ERR The user executing the script can't run this command or subcommand script: 0",
                "ERR The user executing the script can't access at least one of the keys mentioned",
                "ERR The user executing the script can't publish to the channel mentioned in the",
                "NOPERM ACL failure in script: User u has no permissions to run the 'hset' command",
                "WRONGPASS invalid username-password pair or user is disabled."
            })
    void rights_that_are_missing_may_be_given(String reply) {
        RedisException refusal = new RedisCommandExecutionException(reply);
        assertThat(Redis.isForbidden(refusal)).isTrue();
        assertThat(Redis.concernsWhatWasAsked(refusal)).isFalse();
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
