package dev.stepweir.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a connection counts as dead. Its time is the test's. */
class SilentChannelTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();

    @BeforeEach
    void watch() {
        channel.freezeTime();
        SilentChannel.watch(channel, Duration.ofSeconds(5));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void a_connection_without_any_answer_is_closed() {
        channel.writeOutbound("asked");
        pass(4_999);
        assertThat(channel.isOpen()).isTrue();

        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void one_that_falls_silent_is_closed_within_twice_the_time() {
        channel.writeOutbound("asked");
        channel.writeInbound("answered");
        channel.writeOutbound("asked again");
        pass(5_000);
        assertThat(channel.isOpen()).isTrue();

        pass(5_000);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void one_that_is_asked_again_and_again_in_vain_is_closed() {
        channel.writeOutbound("asked");
        for (int second = 1; second < 5; second++) {
            pass(1_000);
            channel.writeOutbound("asked again");
        }
        pass(1_000);

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void one_that_answers_stays() {
        for (int round = 0; round < 10; round++) {
            channel.writeOutbound("asked");
            pass(4_000);
            channel.writeInbound("answered");
        }

        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void one_of_which_nothing_is_asked_stays() {
        channel.writeOutbound("asked");
        channel.writeInbound("answered");
        pass(3_600_000);

        assertThat(channel.isOpen()).isTrue();
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }
}
