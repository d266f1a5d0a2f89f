package dev.stepweir.cli.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.cli.terminal.ExitCode;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StopSignalTest {

    private static final Duration PLENTY = Duration.ofHours(1);

    private final CountDownLatch exited = new CountDownLatch(1);

    @Test
    void a_role_that_stops_in_time_ends_the_process() throws InterruptedException {
        try (StopSignal signal = new StopSignal(PLENTY, exited::countDown)) {
            Thread.ofVirtual().start(signal::stop);
            assertThat(signal.await()).isEqualTo(ExitCode.OK);
            assertThat(exited.getCount()).isOne();
        }
        assertThat(exited.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_role_that_takes_too_long_is_interrupted_and_may_still_hand_back()
            throws InterruptedException {
        try (StopSignal signal = new StopSignal(Duration.ofMillis(1), exited::countDown)) {
            Thread.ofVirtual().start(signal::stop);
            CountDownLatch drained = new CountDownLatch(1);
            assertThatThrownBy(() -> drained.await(30, TimeUnit.SECONDS))
                    .isInstanceOf(InterruptedException.class);
            assertThat(exited.getCount()).isOne();
        }
        assertThat(exited.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void the_first_reason_to_stop_is_the_one_that_counts() throws InterruptedException {
        try (StopSignal signal = new StopSignal(PLENTY, exited::countDown)) {
            assertThat(signal.awaitFor(Duration.ZERO)).isFalse();
            signal.end(ExitCode.NO_REDIS);
            signal.end(ExitCode.OK);
            assertThat(signal.awaitFor(Duration.ZERO)).isTrue();
            assertThat(signal.await()).isEqualTo(ExitCode.NO_REDIS);
        }
    }
}
